import { type RequestScope, SubgraphFailure, type SubgraphResult } from '../engine/ports.ts';
import { type AbortListener, addAbortListener, removeAbortListener } from './abort-listeners.ts';

/** The call that a waiter waits for. */
export interface Abandonable {
  /** Called when the waiter no longer needs the result: its client cancelled (`left`), or its deadline passed (`late`). */
  abandon(waiter: Waiter, reason: 'left' | 'late'): void;
}

type Resolve = (result: SubgraphResult) => void;
type Reject = (failure: SubgraphFailure) => void;

/** One client request that waits for a call, alone or with others. */
export class Waiter implements AbortListener {
  /** See `RequestScope.contractMs`. */
  readonly contractMs: number | undefined;
  readonly #call: Abandonable;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #resolve: Resolve | undefined;
  #reject: Reject | undefined;

  /** @param callEndsAt `performance.now()` at which the call itself times out */
  constructor(
    call: Abandonable,
    { signal, deadline, contractMs }: RequestScope,
    callEndsAt: number,
    resolve: Resolve,
    reject: Reject,
  ) {
    this.contractMs = contractMs;
    this.#call = call;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    if (signal) addAbortListener(signal, this);
    if (deadline !== undefined && deadline < callEndsAt) {
      this.#timer = setTimeout(expire, Math.max(0, deadline - performance.now()), this);
    }
  }

  settle(outcome: SubgraphResult | SubgraphFailure): void {
    if (this.#signal) removeAbortListener(this.#signal, this);
    if (this.#timer) clearTimeout(this.#timer);
    if (outcome instanceof SubgraphFailure) this.#reject?.(outcome);
    else this.#resolve?.(outcome);
    this.#resolve = undefined; // releases the result: see docs/performance.md, P1
    this.#reject = undefined;
  }

  onAbort(): void {
    this.#call.abandon(this, 'left');
  }

  expired(): void {
    this.#call.abandon(this, 'late');
  }
}

function expire(waiter: Waiter): void {
  waiter.expired();
}
