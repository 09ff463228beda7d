import { constants } from 'node:os';
import { report } from './exit.ts';

/** What a process runs, from its start to one orderly end. */
export interface Service {
  /** What has been started, in this order; the end closes it in reverse, also when the start fails or is interrupted. */
  readonly resources: AsyncDisposableStack;
  /** Aborts when the end begins. */
  readonly ending: AbortSignal;
  /** Ends the process because of an error that belongs to no request. */
  fail(error: unknown): void;
  /** Milliseconds that an orderly end may take; 9,000 unless said otherwise. */
  allowForEnd(milliseconds: number): void;
}

/** npm hands a signal on that the terminal has sent to both: copies within this time are one wish. */
const copyMs = 1_000;
const endMs = 9_000;

/** SIGHUP: the terminal was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a service until a signal comes: then everything is closed and the process exits with 0 (130 or 143 when the start
 * was not done yet). A later signal, or an end that takes too long, ends it at once; what must not outlive the process
 * listens to its `exit` event.
 * @param farewell printed when the end begins
 */
export async function runProcess(start: (service: Service) => Promise<void>, farewell?: string): Promise<void> {
  const resources = new AsyncDisposableStack();
  const ending = new AbortController();
  let allowedMs = endMs;
  let signalled: 'no' | 'just now' | 'before' = 'no';
  let exitCode = constants.signals.SIGINT + 128;

  const end = async (code: number): Promise<void> => {
    ending.abort();
    setTimeout(() => {
      console.error(`Stopping took longer than ${allowedMs / 1000} s; ended at once.`);
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
      // The immediate lets a copy in that arrived while the process was too busy to take it.
      setTimeout(() => setImmediate(() => (signalled = 'before')), copyMs);
      exitCode = constants.signals[signal] + 128;
      if (ending.signal.aborted) return;
      if (farewell) console.log(farewell);
      void end(started ? 0 : exitCode);
    });
  }
  // The terminal or pipe that showed our lines may be gone before us.
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
