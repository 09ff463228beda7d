import { type RequestScope, SubgraphFailure, type SubgraphResult } from '../engine/ports.ts';
import type { Departures, Leaver } from './departures.ts';

/** What a waiter waits for. */
export interface Awaited {
  /** This waiter takes no interest any more: it left, or its own time is over. */
  abandon(waiter: Waiter, reason: 'left' | 'late'): void;
}

/** One client request that waits for a call, alone or with others. */
export class Waiter implements Leaver {
  readonly promise: Promise<SubgraphResult>;
  readonly #call: Awaited;
  readonly #departures: Departures;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #resolve!: (result: SubgraphResult) => void;
  #reject!: (failure: SubgraphFailure) => void;

  /** @param callEndsAt when the call gives up by itself, on the clock of `performance.now()`. */
  constructor(call: Awaited, scope: RequestScope, callEndsAt: number, departures: Departures) {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#call = call;
    this.#departures = departures;
    this.#signal = scope.signal;
    this.#signal && departures.watch(this.#signal, this);
    if (scope.deadline !== undefined && scope.deadline < callEndsAt) {
      this.#timer = setTimeout(expire, Math.max(0, scope.deadline - performance.now()), this);
    }
  }

  settle(outcome: SubgraphResult | SubgraphFailure): void {
    if (this.#signal) this.#departures.unwatch(this.#signal, this);
    if (this.#timer) clearTimeout(this.#timer);
    if (outcome instanceof SubgraphFailure) this.#reject(outcome);
    else this.#resolve(outcome);
  }

  leave(): void {
    this.#call.abandon(this, 'left');
  }

  expired(): void {
    this.#call.abandon(this, 'late');
  }
}

function expire(waiter: Waiter): void {
  waiter.expired();
}
