import { LRUCache } from 'lru-cache';
import type { Log } from './log.ts';
import type { Statement } from './tracing/current-work.ts';

/** Milliseconds above which every statement is slow. */
const slowMs = 1_000;
/** Milliseconds below which no statement is slow, however quick its operation is usually. */
const quickMs = 100;
/** Milliseconds between two lines about one operation whose statements take less than a second: a busy machine makes many of them slow at once. */
const pauseMs = 60_000;
/** Operations whose durations are known. */
const maxOperations = 500;
/** Durations of an operation that count, and those that must be known before they say something. */
const keptDurations = 128;
const enoughDurations = 32;
const maxTextLength = 2_000;

/**
 * Logs slow statements with the name of the operation, event or chore that sent them: those over a second, and those that
 * alone take longer than 95 % of the runs of their operation, of which there is one line a minute.
 */
export class SlowStatements {
  readonly #log: Log;
  readonly #durations = new LRUCache<string, Durations>({ max: maxOperations });

  constructor(log: Log) {
    this.#log = log;
  }

  /** Watches the statements of one run of an operation. */
  watch(operation: string): (statement: Statement) => void {
    return ({ text, ms, rows }) => {
      if (ms < quickMs) return;
      const known = this.#durations.get(operation);
      const p95Ms = known?.p95;
      if (ms <= slowMs && (p95Ms === undefined || ms <= p95Ms || !known?.mayTell())) return;
      const statement = text.slice(0, maxTextLength);
      this.#log.warn(
        { operation, ms: Math.round(ms), p95Ms: p95Ms && Math.round(p95Ms), rows, statement },
        'slow statement',
      );
    };
  }

  /** Learns how long a run of an operation took. */
  learn(operation: string, ms: number): void {
    const known = this.#durations.get(operation) ?? new Durations();
    known.add(ms);
    this.#durations.set(operation, known);
  }
}

/** The latest durations of an operation. */
class Durations {
  readonly #all = new Float64Array(keptDurations);
  #count = 0;
  #p95: number | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  add(ms: number): void {
    this.#all[this.#count % keptDurations] = ms;
    this.#count += 1;
    this.#p95 = undefined;
  }

  /** True if the last line is long ago. It then counts as written. */
  mayTell(): boolean {
    const now = performance.now();
    if (now - this.#toldAt < pauseMs) return false;
    this.#toldAt = now;
    return true;
  }

  /** Undefined until enough durations are known. */
  get p95(): number | undefined {
    if (this.#count < enoughDurations) return undefined;
    const known = this.#all.subarray(0, Math.min(this.#count, keptDurations));
    this.#p95 ??= known.toSorted()[Math.ceil(known.length * 0.95) - 1];
    return this.#p95;
  }
}
