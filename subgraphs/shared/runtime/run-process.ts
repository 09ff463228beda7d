import { constants } from 'node:os';
import { report } from './exit.ts';

/** What a process runs, from its start to its orderly shutdown. */
export interface Service {
  /** Started resources. The shutdown closes them in reverse order, also if the start fails or is interrupted. */
  readonly resources: AsyncDisposableStack;
  /** Aborted when the shutdown begins. */
  readonly ending: AbortSignal;
  /** Shuts the process down because of an error outside of requests. */
  fail(error: unknown): void;
  /** Sets the maximum milliseconds of the shutdown. Default: 9,000. */
  allowForEnd(milliseconds: number): void;
}

/** npm forwards a signal that the terminal sends to both processes. Copies within this time count as one signal. */
const copyMs = 1_000;
const endMs = 9_000;

/** The terminal sends SIGHUP when it is closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a service until a signal arrives. The process then closes its resources and exits with 0, or with 128 plus the
 * number of the signal if the start was not complete. A second signal, or a shutdown that takes too long, ends the process
 * immediately. Resources that must be closed even then listen to the `exit` event of the process.
 * @param stopMessage printed when the shutdown begins
 */
export async function runProcess(start: (service: Service) => Promise<void>, stopMessage?: string): Promise<void> {
  const resources = new AsyncDisposableStack();
  const ending = new AbortController();
  let allowedMs = endMs;
  let signalled: 'no' | 'just now' | 'before' = 'no';
  let exitCode = constants.signals.SIGINT + 128;

  const end = async (code: number): Promise<void> => {
    ending.abort();
    setTimeout(() => {
      console.error(`The shutdown took longer than ${allowedMs / 1000} s. The process ends immediately.`);
      process.exit(exitCode);
    }, allowedMs);
    const failed = await resources.disposeAsync().then(() => 0, report);
    process.exit(code || failed);
  };

  const fail = (error: unknown): void => {
    if (!ending.signal.aborted) void end(report(error));
  };

  for (const signal of signals) {
    process.on(signal, () => {
      if (signalled === 'before') process.exit(exitCode);
      if (signalled === 'just now') return;
      signalled = 'just now';
      // `setImmediate` runs after copies that arrived while the event loop was blocked.
      setTimeout(() => setImmediate(() => (signalled = 'before')), copyMs);
      exitCode = constants.signals[signal] + 128;
      if (ending.signal.aborted) return;
      if (stopMessage) console.log(stopMessage);
      void end(started ? 0 : exitCode);
    });
  }
  // The terminal or pipe can close before the process ends.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  let started = false;
  try {
    await start({
      resources,
      ending: ending.signal,
      fail,
      allowForEnd: (milliseconds) => {
        allowedMs = milliseconds;
      },
    });
    started = true;
  } catch (error) {
    fail(error);
  }
}
