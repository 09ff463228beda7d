import { type RequestScope, SubgraphFailure, type SubgraphRequest, type SubgraphResult } from '../engine/ports.ts';
import type { Breaker } from './breaker.ts';
import { decompressResponse } from './compressed-response.ts';
import type { EndpointLimits, RetryOptions } from './config.ts';
import { Exchange, type ExchangeListener } from './exchange.ts';
import { cancelled, circuitOpen, type FailedAttempt, outcomeUnknown, overloaded, timedOut } from './failures.ts';
import type { Admittable, Limiter } from './limiter.ts';
import type { RequestOutcome, TransportObserver } from './observer.ts';
import { type RawResponse, type ResponseReader, readResponse } from './read-response.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type Abandonable, Waiter } from './waiter.ts';

/** What a call needs of the connections to its subgraph. */
export interface CallHost extends ResponseReader {
  readonly limits: EndpointLimits;
  readonly retry: RetryOptions;
  readonly limiter: Limiter<Call>;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly observer: TransportObserver | undefined;
  /** Seconds after which a refused client has a chance. */
  readonly retryAfterSeconds: number;
  retryDelayMs(retriesSoFar: number): number;
  dispatch(body: string, scope: RequestScope, exchange: Exchange): void;
  /** The subgraph doesn't understand compressed bodies. */
  stopCompressing(): void;
  /** Called by a call when it has ended. */
  ended(call: Call, identityKey: string): void;
}

/**
 * One request to a subgraph with everything that may happen to it: queue, attempts, time limit, and those who wait for it. It ends when it is
 * answered, when it has failed for good, or when the last waiter has gone.
 */
export class Call implements Admittable, Abandonable, ExchangeListener {
  readonly body: string;
  readonly startedAt = performance.now();
  readonly #line: CallHost;
  readonly #kind: SubgraphRequest['kind'];
  readonly #scope: RequestScope;
  readonly #waiters: Waiter[] = [];
  readonly #timer: NodeJS.Timeout;
  #exchange: Exchange | undefined;
  #pause: NodeJS.Timeout | undefined;
  #retries = 0;
  #hasPlace = true;
  #settled = false;

  constructor(line: CallHost, request: SubgraphRequest, scope: RequestScope) {
    this.body = request.body;
    this.#line = line;
    this.#kind = request.kind;
    this.#scope = scope;
    this.#timer = setTimeout(expire, line.limits.timeoutMs, this);
  }

  /** Waits for this call on behalf of a client request. Before `start`, so that somebody waits when it ends at once. */
  join(scope: RequestScope): Promise<SubgraphResult> {
    const endsAt = this.startedAt + this.#line.limits.timeoutMs;
    return new Promise((resolve, reject) => {
      this.#waiters.push(new Waiter(this, scope, endsAt, resolve, reject));
    });
  }

  start(): void {
    this.#line.budget.earn();
    this.#hasPlace = this.#line.limiter.enter(this);
    if (!this.#hasPlace) this.#settle(overloaded(this.#line.name, this.#line.retryAfterSeconds));
  }

  admitted(): void {
    if (this.#line.breaker.admits()) this.#send();
    else this.#settle(circuitOpen(this.#line.name, this.#line.breaker.retryAfterSeconds));
  }

  onResponse(response: RawResponse): void {
    if (response.status === 415 && this.#exchange?.wasCompressed) {
      this.#line.stopCompressing();
      this.#send(); // nothing was done with the body, so even a mutation may go again
      return;
    }
    this.#exchange = undefined;
    if (response.contentEncoding === undefined) this.#read(response);
    else void decompressResponse(this.#line, response).then((plain) => this.#read(plain));
  }

  #read(response: RawResponse | FailedAttempt): void {
    if (this.#settled) return; // everybody has gone while it was decompressed
    const read = 'failure' in response ? response : readResponse(this.#line, response);
    if ('failure' in read) {
      this.#failed(read);
      return;
    }
    if (read.sick) this.#line.breaker.failed();
    else this.#line.breaker.succeeded();
    this.#settle(read.result);
  }

  onFailedAttempt(failed: FailedAttempt): void {
    this.#exchange = undefined;
    this.#failed(failed);
  }

  abandon(waiter: Waiter, reason: 'left' | 'late'): void {
    if (this.#settled) return;
    const { name } = this.#line;
    if (this.#waiters.length > 1) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.settle(reason === 'left' ? cancelled(name) : timedOut(name));
    } else {
      this.#giveUp(reason);
    }
  }

  expired(): void {
    this.#giveUp('late');
  }

  #giveUp(reason: 'left' | 'late'): void {
    if (this.#exchange) {
      this.#exchange.abort();
      if (reason === 'late') this.#line.breaker.failed();
      else this.#line.breaker.abstained();
    }
    const { name } = this.#line;
    if (reason === 'late') this.#fail(timedOut(name), this.#exchange?.wasSent ?? false);
    else this.#settle(cancelled(name), 'cancelled');
  }

  #send(): void {
    this.#exchange = new Exchange(this.#line.name, this.#line.limits.maxResponseBytes, this);
    this.#line.dispatch(this.body, this.#scope, this.#exchange);
  }

  #failed(failed: FailedAttempt): void {
    const { breaker } = this.#line;
    if (failed.sick) breaker.failed();
    else breaker.succeeded();
    if (this.#mayRetry(failed))
      this.#pause = setTimeout(retry, this.#line.retryDelayMs(this.#retries), this, failed.failure);
    else this.#fail(failed.failure, failed.perhapsDone);
  }

  #fail(failure: SubgraphFailure, perhapsDone: boolean): void {
    const isUnknown = perhapsDone && this.#kind === 'mutation';
    this.#settle(isUnknown ? outcomeUnknown(failure, !this.#scope.unrepeatable) : failure, failure.code);
  }

  #mayRetry({ transient, failure }: FailedAttempt): boolean {
    if (!transient || this.#kind !== 'query' || failure.retryAfterSeconds !== undefined) return false;
    return this.#retries < this.#line.retry.maxRetries && this.#line.budget.spend();
  }

  /** A second attempt where the circuit still admits one; otherwise the first failure stands. */
  retry(failure: SubgraphFailure): void {
    this.#retries += 1;
    if (!this.#line.breaker.admits()) {
      this.#settle(failure);
      return;
    }
    this.#line.observer?.onRetry?.(this.#line.name);
    this.#send();
  }

  #settle(outcome: SubgraphResult | SubgraphFailure, observed?: RequestOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    if (this.#pause) clearTimeout(this.#pause);
    this.#line.ended(this, this.#scope.identityKey);
    if (this.#hasPlace) this.#line.limiter.leave(this);
    const known = observed ?? (outcome instanceof SubgraphFailure ? outcome.code : 'ok');
    this.#line.observer?.onRequest?.(this.#line.name, performance.now() - this.startedAt, known);
    for (const waiter of this.#waiters) waiter.settle(outcome);
    this.#waiters.length = 0;
  }
}

function expire(call: Call): void {
  call.expired();
}

function retry(call: Call, failure: SubgraphFailure): void {
  call.retry(failure);
}
