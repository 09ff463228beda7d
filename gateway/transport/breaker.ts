import { CircuitState as CockatielState, SamplingBreaker } from 'cockatiel';
import type { BreakerOptions } from './config.ts';
import type { CircuitState } from './observer.ts';

/**
 * Circuit breaker of one subgraph. cockatiel decides when it opens. Its policy object around a call is not used: see
 * docs/performance.md, P16.
 *
 * While the circuit is open, single requests go out as probes. The time between them doesn't grow with the outage: so few requests are no load
 * for the subgraph, and everybody is served again as soon as one of them is answered. A probe that hangs, perhaps in a connection to a host
 * that is gone, doesn't hold up the next.
 */
export class Breaker {
  readonly #sampling: SamplingBreaker;
  readonly #options: BreakerOptions;
  readonly #clock: () => number;
  readonly #onState: ((state: CircuitState) => void) | undefined;
  #state: CircuitState = 'closed';
  #probeAt = 0;

  constructor(options: BreakerOptions, clock: () => number, onState: ((state: CircuitState) => void) | undefined) {
    this.#sampling = new SamplingBreaker({
      threshold: options.failureShare,
      duration: options.windowMs,
      minimumRps: options.minimumPerSecond,
    });
    this.#options = options;
    this.#clock = clock;
    this.#onState = onState;
  }

  /** Whether a request may go out now: while the circuit isn't closed, only as a probe. */
  admits(): boolean {
    if (this.#state === 'closed') return true;
    const now = this.#clock();
    if (now < this.#probeAt) return false;
    this.#probeAt = now + this.#options.hangingProbeMs;
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
    this.#change('closed');
  }

  failed(): void {
    if (this.#state === 'open') return;
    const opens = this.#sampling.failure(this.#state === 'closed' ? CockatielState.Closed : CockatielState.HalfOpen);
    if (!opens) return;
    this.#probeAt = this.#clock() + this.#options.probeMs;
    this.#change('open');
  }

  /** The probe said nothing (its client left): the next request is the probe. */
  abstained(): void {
    if (this.#state !== 'half-open') return;
    this.#probeAt = this.#clock();
    this.#change('open');
  }

  #change(state: CircuitState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#onState?.(state);
  }
}
