import type { Span } from '#shared/runtime/tracing/tracer.ts';
import { type RequestScope, SubgraphFailure, type SubgraphRequest, type SubgraphResult } from '../engine/ports.ts';
import type { Breaker } from './breaker.ts';
import { decompressResponse } from './compressed-response.ts';
import type { EndpointLimits, RetryOptions } from './config.ts';
import { Exchange, type ExchangeListener } from './exchange.ts';
import { cancelled, circuitOpen, type FailedAttempt, outcomeUnknown, overloaded, timedOut } from './failures.ts';
import type { Admittable, Limiter } from './limiter.ts';
import type { RequestOutcome, TransportObserver } from './observer.ts';
import {
  checkResult,
  judgeResult,
  type RawResponse,
  type ReadResponse,
  type ResponseReader,
  readResponse,
} from './read-response.ts';
import type { RetryBudget } from './retry-budget.ts';
import { endFetch, fetchOptions, spanOf } from './trace-fetch.ts';
import { type Abandonable, Waiter } from './waiter.ts';

/** The part of a subgraph's client that its calls use. */
export interface CallHost extends ResponseReader {
  readonly limits: EndpointLimits;
  readonly retry: RetryOptions;
  readonly limiter: Limiter<Call>;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly observer: TransportObserver | undefined;
  /** Seconds after which a refused request is likely to be admitted. */
  readonly retryAfterSeconds: number;
  retryDelayMs(retriesSoFar: number): number;
  dispatch(call: Call, exchange: Exchange): void;
  /** Called when the subgraph does not support compressed bodies. */
  stopCompressing(): void;
  /** Called when a call has ended. */
  ended(call: Call, identityKey: string): void;
}

/**
 * One request to a subgraph, with its time in the queue, its attempts, its time limit and its waiters. It ends with a response, after the last
 * failed attempt, or when its last waiter has left.
 */
export class Call implements Admittable, Abandonable, ExchangeListener {
  readonly body: string;
  readonly startedAt = performance.now();
  readonly #client: CallHost;
  readonly #kind: SubgraphRequest['kind'];
  readonly scope: RequestScope;
  /** Undefined if the trace is not recorded. */
  readonly span: Span | undefined;
  readonly #waiters: Waiter[] = [];
  readonly #timer: NodeJS.Timeout;
  #exchange: Exchange | undefined;
  #pause: NodeJS.Timeout | undefined;
  #retries = 0;
  #hasPlace = true;
  #settled = false;

  constructor(client: CallHost, request: SubgraphRequest, scope: RequestScope) {
    this.body = request.body;
    this.#client = client;
    this.#kind = request.kind;
    this.scope = scope;
    this.span = spanOf(scope)?.step(`fetch ${client.name}`, fetchOptions(client.name, request.kind));
    this.#timer = setTimeout(expire, client.limits.timeoutMs, this);
  }

  /** Adds a client request that waits for this call. The first joins before `start`, because the call may end at once. */
  join(scope: RequestScope): Promise<SubgraphResult> {
    const endsAt = this.startedAt + this.#client.limits.timeoutMs;
    return new Promise((resolve, reject) => {
      this.#waiters.push(new Waiter(this, scope, endsAt, resolve, reject));
    });
  }

  start(): void {
    this.#client.budget.earn();
    this.#hasPlace = this.#client.limiter.enter(this);
    if (!this.#hasPlace) this.#settle(overloaded(this.#client.name, this.#client.retryAfterSeconds));
  }

  admitted(): void {
    if (this.#client.breaker.admits()) this.#send();
    else this.#settle(circuitOpen(this.#client.name, this.#client.breaker.retryAfterSeconds));
  }

  onResponse(response: RawResponse): void {
    if (response.status === 415 && this.#exchange?.wasCompressed) {
      this.#client.stopCompressing();
      this.#send(); // the subgraph has not processed the body, so even a mutation may be sent again
      return;
    }
    this.#exchange = undefined;
    if (response.contentEncoding === undefined) this.#read(response);
    else void decompressResponse(this.#client, response).then((plain) => this.#read(plain));
  }

  #read(response: RawResponse | FailedAttempt): void {
    if (this.#settled) return; // all waiters left during decompression
    this.#conclude('failure' in response ? response : readResponse(this.#client, response));
  }

  onResult(status: number, result: object): void {
    this.#exchange = undefined;
    this.#conclude(judgeResult(this.#client.name, status, checkResult(result)));
  }

  #conclude(read: ReadResponse): void {
    if ('failure' in read) {
      this.#failed(read);
      return;
    }
    if (read.unhealthy) this.#client.breaker.failed();
    else this.#client.breaker.succeeded();
    this.#settle(read.result);
  }

  onFailedAttempt(failed: FailedAttempt): void {
    this.#exchange = undefined;
    this.#failed(failed);
  }

  abandon(waiter: Waiter, reason: 'left' | 'late'): void {
    if (this.#settled) return;
    const { name } = this.#client;
    if (this.#waiters.length > 1) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.settle(reason === 'left' ? cancelled(name) : timedOut(name, waiter.contractMs));
    } else {
      this.#giveUp(reason, waiter.contractMs);
    }
  }

  expired(): void {
    this.#giveUp('late');
  }

  #giveUp(reason: 'left' | 'late', contractMs?: number): void {
    if (this.#exchange) {
      this.#exchange.abort();
      // Owners of documents choose how long they wait, which says nothing about the subgraph.
      if (reason === 'late' && contractMs === undefined) this.#client.breaker.failed();
      else this.#client.breaker.abstained();
    }
    const { name } = this.#client;
    if (reason === 'late') this.#fail(timedOut(name, contractMs), this.#exchange?.wasSent ?? false);
    else this.#settle(cancelled(name), 'cancelled');
  }

  #send(): void {
    this.#exchange = new Exchange(this.#client.name, this.#client.limits.maxResponseBytes, this);
    this.#client.dispatch(this, this.#exchange);
  }

  #failed(failed: FailedAttempt): void {
    const { breaker } = this.#client;
    if (failed.unhealthy) breaker.failed();
    else breaker.succeeded();
    if (this.#mayRetry(failed))
      this.#pause = setTimeout(retry, this.#client.retryDelayMs(this.#retries), this, failed.failure);
    else this.#fail(failed.failure, failed.maybeExecuted);
  }

  #fail(failure: SubgraphFailure, maybeExecuted: boolean): void {
    const isUnknown = maybeExecuted && this.#kind === 'mutation';
    this.#settle(isUnknown ? outcomeUnknown(failure, !this.scope.unrepeatable) : failure, failure.code);
  }

  #mayRetry({ transient, failure }: FailedAttempt): boolean {
    if (!transient || this.#kind !== 'query' || failure.retryAfterSeconds !== undefined) return false;
    return this.#retries < this.#client.retry.maxRetries && this.#client.budget.spend();
  }

  /** Sends the request again if the circuit still admits it. Otherwise the call ends with the earlier failure. */
  retry(failure: SubgraphFailure): void {
    this.#retries += 1;
    if (!this.#client.breaker.admits()) {
      this.#settle(failure);
      return;
    }
    this.#client.observer?.onRetry?.(this.#client.name);
    this.#send();
  }

  #settle(outcome: SubgraphResult | SubgraphFailure, observed?: RequestOutcome): void {
    if (this.#settled) return;
    this.#settled = true;
    clearTimeout(this.#timer);
    if (this.#pause) clearTimeout(this.#pause);
    this.#client.ended(this, this.scope.identityKey);
    if (this.#hasPlace) this.#client.limiter.leave(this);
    const known = observed ?? (outcome instanceof SubgraphFailure ? outcome.code : 'ok');
    this.#client.observer?.onRequest?.(this.#client.name, performance.now() - this.startedAt, known);
    if (this.span) endFetch(this.span, known, this.#retries);
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
