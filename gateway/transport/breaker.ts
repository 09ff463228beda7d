import { CircuitState as CockatielState, ExponentialBackoff, type IBackoff, SamplingBreaker } from 'cockatiel';
import type { BreakerOptions } from './config.ts';
import type { CircuitState } from './observer.ts';

/**
 * Circuit breaker of one subgraph. When to open and how long to wait is cockatiel's; its policy object around a call is not used, as it
 * wraps every call in several promises, and a call here costs less than those.
 */
export class Breaker {
  readonly #sampling: SamplingBreaker;
  readonly #backoffs: ExponentialBackoff<unknown>;
  readonly #clock: () => number;
  readonly #onState: ((state: CircuitState) => void) | undefined;
  #state: CircuitState = 'closed';
  #backoff: IBackoff<unknown> | undefined;
  #probeAt = 0;

  constructor(options: BreakerOptions, clock: () => number, onState: ((state: CircuitState) => void) | undefined) {
    this.#sampling = new SamplingBreaker({
      threshold: options.failureShare,
      duration: options.windowMs,
      minimumRps: options.minimumPerSecond,
    });
    this.#backoffs = new ExponentialBackoff({
      initialDelay: options.openMs,
      maxDelay: options.maxOpenMs,
      generator: (previous: number | undefined, { initialDelay, maxDelay, exponent }) => {
        const delay = previous === undefined ? initialDelay : Math.min(previous * exponent, maxDelay);
        return [delay, delay];
      },
    });
    this.#clock = clock;
    this.#onState = onState;
  }

  /** Whether a request may go out now. In the open state, one may when the wait is over: it is the probe. */
  admits(): boolean {
    if (this.#state === 'closed') return true;
    if (this.#state === 'half-open' || this.#clock() < this.#probeAt) return false;
    this.#change('half-open');
    return true;
  }

  /** Whole seconds until it is worth coming back. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.#probeAt - this.#clock()) / 1000));
  }

  succeeded(): void {
    if (this.#state === 'open') return; // was sent before the circuit opened
    this.#sampling.success(this.#state === 'closed' ? CockatielState.Closed : CockatielState.HalfOpen);
    if (this.#state === 'closed') return;
    this.#backoff = undefined;
    this.#change('closed');
  }

  failed(): void {
    if (this.#state === 'open') return;
    const opens = this.#sampling.failure(this.#state === 'closed' ? CockatielState.Closed : CockatielState.HalfOpen);
    if (!opens) return;
    this.#backoff = this.#backoff ? this.#backoff.next(undefined) : this.#backoffs.next();
    this.#probeAt = this.#clock() + this.#backoff.duration;
    this.#change('open');
  }

  /** The probe said nothing (its client left): the next request is the probe. */
  abstained(): void {
    if (this.#state === 'half-open') this.#change('open');
  }

  #change(state: CircuitState): void {
    this.#state = state;
    this.#onState?.(state);
  }
}
