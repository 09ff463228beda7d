import { Health } from '#shared/runtime/health.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { ReportedPart } from './merge-parts.ts';
import type { Reports } from './subgraph-health.ts';

/** Subgraphs refuse the identity tokens of the gateway if the clocks differ by more than this. */
const clockToleranceMs = 300_000;

/** Compares the gateway's clock with the `date` headers of the subgraphs' health responses. */
export class ClockWatch {
  readonly #health = new Health();
  readonly #log: Log;
  #isOff = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Returns the health part `clock`, or no part if no subgraph sends its time. */
  parts(reports: Reports): readonly ReportedPart[] {
    const differences = [...reports].flatMap(([subgraph, { clockAheadMs }]) =>
      clockAheadMs === undefined ? [] : [{ subgraph, seconds: Math.round(clockAheadMs / 1_000) }],
    );
    if (differences.length === 0) return [];
    const off = differences.filter(({ seconds }) => Math.abs(seconds) * 1_000 > clockToleranceMs);
    if (off.length === 0) this.#health.set('clock', 'up');
    else {
      const most = Math.max(...off.map(({ seconds }) => Math.abs(seconds)));
      const reason = `The clocks of gateway and subgraphs differ by ${most} s; at most ${clockToleranceMs / 1_000} s are tolerated.`;
      this.#health.set('clock', 'down', reason);
      if (!this.#isOff) this.#log.error({ code: 'CLOCK_SKEW', subgraphsAheadBySeconds: off }, reason);
    }
    this.#isOff = off.length > 0;
    return this.#health.parts();
  }
}
