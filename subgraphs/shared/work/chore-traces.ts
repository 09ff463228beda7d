import { errorType, runWithin } from '../runtime/tracing/current-work.ts';
import type { Span, SpanOptions, Tracer } from '../runtime/tracing/tracer.ts';

/** Some chores look every second whether there is work. So many traces of nothing would hide the others. */
const everyMs = 60_000;
/** A run that takes longer is traced in any case. */
const slowMs = 1_000;

/**
 * Traces of chores. Of each chore, one run a minute is recorded with its statements. Of the others, those that fail or are slow leave a span without
 * steps, because that is known only at their end.
 */
export class ChoreTraces {
  readonly #tracer: Pick<Tracer, 'begin'>;
  /** When a run of each chore was last recorded. */
  readonly #recordedAt = new Map<string, number>();

  constructor(tracer: Pick<Tracer, 'begin'>) {
    this.#tracer = tracer;
  }

  async run(chore: string, run: () => Promise<void>): Promise<void> {
    const startedAt = performance.now();
    const recordedAt = this.#recordedAt.get(chore) ?? Number.NEGATIVE_INFINITY;
    if (startedAt - recordedAt >= everyMs) {
      this.#recordedAt.set(chore, startedAt);
      const span = this.#begin(chore, {});
      return span ? runWithin(span, run) : run();
    }
    try {
      await run();
      if (performance.now() - startedAt > slowMs) this.#begin(chore, { startedAt })?.end();
    } catch (error) {
      const span = this.#begin(chore, { startedAt });
      span?.fail(errorType(error));
      span?.end();
      throw error;
    }
  }

  #begin(chore: string, options: SpanOptions): Span | undefined {
    return this.#tracer.begin(`chore ${chore}`, undefined, options);
  }
}
