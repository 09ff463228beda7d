export interface BucketSize {
  /** Tokens that are added per second. */
  readonly perSecond: number;
  /** Tokens of a full bucket. */
  readonly burst: number;
}

/** A token bucket (ITU-T I.371, "leaky bucket as a meter"). It begins full. */
export class TokenBucket {
  readonly #size: BucketSize;
  #tokens: number;
  /** Time in milliseconds for which `#tokens` was computed. */
  #at: number;

  constructor(size: BucketSize, now: number) {
    this.#size = size;
    this.#tokens = size.burst;
    this.#at = now;
  }

  /** Takes a token. @returns 0, or the seconds until the next token */
  take(now: number): number {
    const { perSecond, burst } = this.#size;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return (1 - this.#tokens) / perSecond;
    this.#tokens -= 1;
    return 0;
  }
}
