import { LRUCache } from 'lru-cache';

export interface LabelLimits {
  /** Names that have a series of their own at a time. */
  readonly names: number;
  /** Names of them that one caller may have introduced. */
  readonly namesPerCaller: number;
  /** Milliseconds without a request after which a name gives its series up to another. */
  readonly idleMs: number;
}

const defaults: LabelLimits = { names: 200, namesPerCaller: 25, idleMs: 3_600_000 };
const folded = 'other';

interface Label {
  readonly caller: string;
  usedAt: number;
}

/**
 * Operation names as metric labels, in bounded number. Clients choose the names: a caller who introduces too many, and everybody while all
 * labels are in use, counts as `other`. A name that is no longer used makes room.
 */
export class OperationLabels {
  readonly #limits: LabelLimits;
  readonly #now: () => number;
  readonly #onDropped: (name: string) => void;
  /** The least recently used first. */
  readonly #labels: LRUCache<string, Label>;
  readonly #introduced = new Map<string, number>();

  /** @param onDropped called with a name whose series must go */
  constructor(onDropped: (name: string) => void, limits = defaults, now: () => number = () => performance.now()) {
    this.#limits = limits;
    this.#now = now;
    this.#onDropped = onDropped;
    this.#labels = new LRUCache({ max: limits.names, dispose: ({ caller }, name) => this.#drop(caller, name) });
  }

  /** Names count when an operation of that name was valid; a faulty or nameless one is `anonymous`. */
  labelOf(name: string | undefined, caller: string): string {
    if (name === undefined) return 'anonymous';
    const label = this.#labels.get(name);
    if (label) {
      label.usedAt = this.#now();
      return name;
    }
    const introduced = this.#introduced.get(caller) ?? 0;
    if (introduced >= this.#limits.namesPerCaller || !this.#hasRoom()) return folded;
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
