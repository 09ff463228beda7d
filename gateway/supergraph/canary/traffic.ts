/** The last requests count. */
const maxRequests = 2_000;

/** What the last requests of one generation came to. */
export interface TrafficFigures {
  readonly requests: number;
  /** Share of the requests that failed because of the graph; 0 without requests. */
  readonly errorShare: number;
  /** Milliseconds within which 95 % of the requests were answered; undefined without requests. */
  readonly p95Ms: number | undefined;
}

/** Counts the requests of one generation. */
export class Traffic {
  readonly #failures: boolean[] = [];
  readonly #durations: number[] = [];
  #requests = 0;

  note(hasFailed: boolean, milliseconds: number): void {
    const place = this.#requests % maxRequests;
    this.#failures[place] = hasFailed;
    this.#durations[place] = milliseconds;
    this.#requests += 1;
  }

  get requests(): number {
    return this.#requests;
  }

  figures(): TrafficFigures {
    const counted = this.#failures.length;
    const sorted = this.#durations.toSorted((one, other) => one - other);
    return {
      requests: this.#requests,
      errorShare: counted === 0 ? 0 : this.#failures.filter(Boolean).length / counted,
      p95Ms: sorted[Math.ceil(counted * 0.95) - 1],
    };
  }
}
