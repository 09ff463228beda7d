import { CircuitState as CockatielState, SamplingBreaker } from 'cockatiel';
import type { BreakerOptions } from './config.ts';
import type { CircuitState } from './observer.ts';

/**
 * Circuit breaker of one subgraph. cockatiel decides when it opens. Its policy object around a call is not used: see
 * docs/performance.md, P16.
 *
 * While the circuit is open, single requests are sent as probes. The time between probes does not grow with the outage: they are no load for the
 * subgraph, and the circuit closes as soon as one of them succeeds. A probe that hangs, for example on a connection to a dead host, does not
 * delay the next.
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

  /** True if a request may be sent now. While the circuit is not closed, only a probe may. */
  admits(): boolean {
    if (this.#state === 'closed') return true;
    const now = this.#clock();
    if (now < this.#probeAt) return false;
    this.#probeAt = now + this.#options.hangingProbeMs;
    this.#change('half-open');
    return true;
  }

  /** Seconds until the next probe, rounded up. */
  get retryAfterSeconds(): number {
    return Math.max(1, Math.ceil((this.#probeAt - this.#clock()) / 1000));
  }

  succeeded(): void {
    if (this.#state === 'open') return; // the request was sent before the circuit opened
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

  /** The client of the probe cancelled, so the probe has no result. The next request is the probe. */
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
