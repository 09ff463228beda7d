/** Weights prepared for repeated drawing: running sums, the last one being the total. */
export type Cumulative = readonly number[];

/**
 * A seeded generator of independent streams: sfc32 (Chris Doty-Humphrey, PractRand 0.94, "Small Fast Counter"),
 * its state filled by SplitMix32 from the seed and the stream's label. Not for secrets.
 */
export class Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** `label` names the stream: adding draws to one stream leaves the others as they were. */
  constructor(seed: number, label: string) {
    this.#seed = seed;
    const fill = splitMix32((seed ^ hashOfLabel(label)) | 0);
    this.#a = fill();
    this.#b = fill();
    this.#c = fill();
    for (let round = 0; round < 12; round++) this.uint32();
  }

  /** Another stream of the same seed. */
  stream(label: string): Random {
    return new Random(this.#seed, label);
  }

  uint32(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** [0, 1) */
  unit(): number {
    return this.uint32() / 4294967296;
  }

  /** [low, high) */
  between(low: number, high: number): number {
    return low + (high - low) * this.unit();
  }

  /** Whole number in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((high - low + 1) * this.unit());
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** Mean 0, standard deviation 1 (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(list.length * this.unit())];
    if (chosen === undefined) throw new RangeError('cannot pick from an empty list');
    return chosen;
  }

  /** Index drawn in proportion to the weights behind `cumulative`. */
  weightedIndex(cumulative: Cumulative): number {
    const target = this.unit() * (cumulative[cumulative.length - 1] ?? 0);
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) > target) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** A new list in random order (Fisher and Yates). */
  shuffled<T>(list: readonly T[]): T[] {
    const result = [...list];
    for (let last = result.length - 1; last > 0; last--) {
      const other = this.integer(0, last);
      [result[last], result[other]] = [result[other]!, result[last]!];
    }
    return result;
  }
}

/** Running sums of non-negative weights. */
export function cumulate(weights: readonly number[]): Cumulative {
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** Steele, Lea and Flood's SplitMix with the 32-bit finalizer of MurmurHash3. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return mixed ^ (mixed >>> 16);
  };
}

/** FNV-1a, 32 bits. */
function hashOfLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < label.length; index++) hash = Math.imul(hash ^ label.charCodeAt(index), 0x01000193);
  return hash;
}
