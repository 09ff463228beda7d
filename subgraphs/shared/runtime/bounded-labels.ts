import { LRUCache } from 'lru-cache';
import type { Counter, Histogram, LabelValues } from 'prom-client';

export interface LabelLimits {
  /** Names that may have a series at the same time. */
  readonly names: number;
  /** Names that one caller may introduce. */
  readonly namesPerCaller: number;
  /** Milliseconds without a request after which another name may replace this one. */
  readonly idleMs: number;
}

const defaults: LabelLimits = { names: 200, namesPerCaller: 25, idleMs: 3_600_000 };
const sharedLabel = 'other';

interface Label {
  readonly caller: string;
  usedAt: number;
}

/**
 * Names of operations or clients as metric labels, in bounded number because clients choose the names. A new name becomes `other` if its caller has
 * introduced too many, or if all labels are in use. A name that is idle for long makes room for another.
 */
export class BoundedLabels {
  readonly #limits: LabelLimits;
  readonly #now: () => number;
  readonly #onDropped: (name: string) => void;
  /** The least recently used first. */
  readonly #labels: LRUCache<string, Label>;
  readonly #introduced = new Map<string, number>();

  /** @param onDropped called with each name whose series must be removed */
  constructor(onDropped: (name: string) => void, limits = defaults, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#onDropped = onDropped;
    this.#labels = new LRUCache({ max: limits.names, dispose: ({ caller }, name) => this.#drop(caller, name) });
  }

  /** Returns the label of a name. An invalid or unnamed operation is `anonymous`. */
  labelOf(name: string | undefined, caller: string): string {
    if (name === undefined) return 'anonymous';
    const label = this.#labels.get(name);
    if (label) {
      label.usedAt = this.#now();
      return name;
    }
    const introduced = this.#introduced.get(caller) ?? 0;
    if (introduced >= this.#limits.namesPerCaller || !this.#hasRoom()) return sharedLabel;
    this.#introduced.set(caller, introduced + 1);
    this.#labels.set(name, { caller, usedAt: this.#now() });
    return name;
  }

  #hasRoom(): boolean {
    if (this.#labels.size < this.#limits.names) return true;
    const { value: oldest } = this.#labels.rvalues().next();
    return oldest !== undefined && this.#now() - oldest.usedAt >= this.#limits.idleMs;
  }

  #drop(caller: string, name: string): void {
    const left = (this.#introduced.get(caller) ?? 1) - 1;
    if (left > 0) this.#introduced.set(caller, left);
    else this.#introduced.delete(caller);
    this.#onDropped(name);
  }
}

/** Removes every series of a metric whose label has this value. */
export async function removeSeries<L extends string>(
  metric: Histogram<L> | Counter<L>,
  label: L,
  value: string,
): Promise<void> {
  const { values } = await metric.get();
  for (const { labels } of values) {
    // The series has the labels of its metric, and `le` if it is a bucket.
    const { le: _bucket, ...own } = labels as Record<string, string | number>;
    if (own[label] === value) metric.remove(own as LabelValues<L>);
  }
}
