import { contentCodings } from '../content-coding.ts';
import type { RequestScope, SubgraphRequest, SubgraphResult } from '../engine/ports.ts';
import { Breaker } from './breaker.ts';
import { Call, type CallHost } from './call.ts';
import { compressBody } from './compress-body.ts';
import type { EndpointLimits, RetryOptions } from './config.ts';
import type { Exchange } from './exchange.ts';
import { cancelled, unknownSubgraph } from './failures.ts';
import { headerList } from './headers.ts';
import { InFlight } from './in-flight.ts';
import { KnownResponses } from './known-responses.ts';
import { Limiter } from './limiter.ts';
import type { Line } from './line.ts';
import type { TransportObserver } from './observer.ts';
import { reportWrites } from './report-writes.ts';
import { RetryBudget } from './retry-budget.ts';
import type { TransportSettings } from './settings.ts';
import { spanOf, traceShared } from './trace-fetch.ts';

/** Client of one subgraph: its line, limits, circuit breaker, and requests in flight. */
export class SubgraphClient implements CallHost {
  readonly name: string;
  readonly limits: EndpointLimits;
  readonly retry: RetryOptions;
  readonly limiter: Limiter<Call>;
  readonly breaker: Breaker;
  readonly budget: RetryBudget;
  readonly observer: TransportObserver | undefined;
  readonly known: KnownResponses | undefined;
  readonly exactNumbers: boolean;
  readonly #line: Line;
  readonly #shared: InFlight<Call> | undefined;
  #open = 0;
  /** Content codings that the subgraph may use for its responses. */
  readonly #acceptEncoding: string;
  #compresses: boolean;
  /** Moving average of the duration of requests. */
  #typicalMs = 0;
  #phase: 'open' | 'closing' = 'open';
  #drained: (() => void) | undefined;

  constructor(name: string, line: Line, limits: EndpointLimits, settings: TransportSettings) {
    const { observer } = settings;
    this.name = name;
    this.limits = limits;
    this.retry = settings.retry;
    this.limiter = new Limiter(limits.maxConcurrent, limits.maxQueued);
    this.breaker = new Breaker(
      settings.breaker,
      settings.clock,
      observer?.onCircuit && ((state) => observer.onCircuit?.(name, state)),
    );
    this.budget = new RetryBudget(settings.retry);
    this.observer = observer;
    this.#line = line;
    this.exactNumbers = settings.exactNumbers;
    this.known = settings.shareResponses ? new KnownResponses() : undefined;
    this.#shared = settings.shareResponses ? new InFlight() : undefined;
    this.#compresses = limits.compressFromLength !== undefined;
    this.#acceptEncoding = this.#compresses ? contentCodings : 'identity';
  }

  fetch(request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult> {
    if (scope.signal?.aborted) return Promise.reject(cancelled(this.name));
    if (this.#phase === 'closing') return Promise.reject(unknownSubgraph(this.name));
    const shareable = request.kind === 'query' ? this.#shared : undefined;
    const inFlight = shareable?.find(scope.identityKey, request.body);
    if (inFlight) {
      this.observer?.onShared?.(this.name);
      const response = inFlight.join(scope);
      traceShared(spanOf(scope), inFlight, this.name, response);
      return response;
    }
    const call = new Call(this, request, scope);
    this.#open += 1;
    shareable?.add(scope.identityKey, call);
    const response = call.join(scope);
    call.start();
    const { onWritten } = scope;
    return request.kind === 'mutation' && onWritten ? reportWrites(response, onWritten) : response;
  }

  dispatch(call: Call, exchange: Exchange): void {
    const { body } = call;
    if (this.#compresses && body.length >= this.limits.compressFromLength!)
      this.#dispatchCompressed(call, exchange); // a number while it compresses
    else this.#dispatch(body, call, exchange);
  }

  #dispatchCompressed(call: Call, exchange: Exchange): void {
    compressBody(call.body)
      .then((packed) => {
        exchange.wasCompressed = packed !== undefined;
        this.#dispatch(packed ?? call.body, call, exchange, packed && 'gzip');
      })
      .catch((error: Error) => exchange.onResponseError(undefined, error));
  }

  /** Called when the subgraph does not support compressed bodies. */
  stopCompressing(): void {
    this.#compresses = false;
  }

  #dispatch(body: string | Buffer, { scope, span }: Call, exchange: Exchange, contentEncoding?: string): void {
    const headers = headerList(scope, this.name, span);
    headers.push('accept-encoding', this.#acceptEncoding); // without this header, a server may choose any compression
    if (contentEncoding !== undefined) headers.push('content-encoding', contentEncoding);
    this.#line.send(body, headers, exchange);
  }

  /** Called when a call has ended. */
  ended(call: Call, identityKey: string): void {
    this.#typicalMs += (performance.now() - call.startedAt - this.#typicalMs) / 16;
    this.#shared?.remove(identityKey, call);
    this.#open -= 1;
    if (this.#open === 0) this.#drained?.();
  }

  retryDelayMs(retriesSoFar: number): number {
    return Math.random() * this.retry.backoffMs * 2 ** retriesSoFar;
  }

  /** Seconds until the current queue is empty, estimated from the duration of recent requests. */
  get retryAfterSeconds(): number {
    const rounds = this.limiter.queued / this.limits.maxConcurrent;
    return Math.max(1, Math.ceil((rounds * this.#typicalMs) / 1000));
  }

  /** Waits for the requests in flight, which have a time limit, then closes the connections. */
  async close(): Promise<void> {
    this.#phase = 'closing';
    if (this.#open > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#line.close();
  }
}
