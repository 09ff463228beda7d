import type { Log } from '#shared/runtime/log.ts';

/** Milliseconds between two log lines, because every request detects the same skew. */
const pauseMs = 60_000;

/** Milliseconds for which a measured difference is reused. */
const measuredMs = 5_000;

/** Measures by how many seconds the access subgraph's clock is ahead, at most once in five seconds. @param probe requests its health */
export function createSkewMeter(
  probe: () => Promise<{ readonly clockAheadMs?: number } | undefined>,
  now: () => number = () => performance.now(),
): () => Promise<number | undefined> {
  let last: { readonly at: number; readonly seconds: Promise<number | undefined> } | undefined;
  return () => {
    if (!last || now() - last.at > measuredMs) {
      const seconds = probe().then((report) =>
        report?.clockAheadMs === undefined ? undefined : Math.round(report.clockAheadMs / 1000),
      );
      last = { at: now(), seconds };
    }
    return last.seconds;
  };
}

/** Logs that the clocks of gateway and access subgraph differ by more than the tolerance. */
export function createSkewReporter(log: Log, now: () => number = () => performance.now()): (seconds: number) => void {
  let silentUntil = 0;
  return (seconds) => {
    if (now() < silentUntil) return;
    silentUntil = now() + pauseMs;
    const direction = seconds > 0 ? 'ahead of' : 'behind';
    const reason = `The clock of the access subgraph is ${Math.abs(seconds)} s ${direction} the clock of this gateway.`;
    log.error({ code: 'CLOCK_SKEW', seconds }, `${reason} Synchronize both.`);
  };
}
