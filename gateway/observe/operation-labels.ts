/** Clients choose operation names: so many get a series of their own, the rest share one. */
const maxNames = 200;
const folded = 'other';

/** Operation names as metric labels, in bounded number. */
export class OperationLabels {
  readonly #known = new Set<string>();

  /** Names count when an operation of that name was valid; a faulty or nameless one is `anonymous`. */
  labelOf(name: string | undefined): string {
    if (name === undefined) return 'anonymous';
    if (this.#known.has(name)) return name;
    if (this.#known.size >= maxNames) return folded;
    this.#known.add(name);
    return name;
  }
}
