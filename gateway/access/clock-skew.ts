import type { Log } from '#shared/log.ts';

/** Milliseconds between two lines about the same skew: every request finds it. */
const pauseMs = 60_000;

/** Tells operators that the clocks of gateway and access subgraph differ by more than is tolerated. */
export function createSkewReporter(log: Log, now: () => number = () => performance.now()): (seconds: number) => void {
  let silentUntil = 0;
  return (seconds) => {
    if (now() < silentUntil) return;
    silentUntil = now() + pauseMs;
    const reason = `The clock of the access subgraph is ${seconds} s ahead of the clock of this gateway.`;
    log.error({ code: 'CLOCK_SKEW', seconds }, `${reason} Synchronise both.`);
  };
}
