import type { Client, SubscribePayload } from 'graphql-ws';
import { refuse } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';
import type { RequestScope, SubgraphFailure, SubgraphRequest, SubgraphResult } from '../engine/ports.ts';
import type { SubgraphAddress } from './config.ts';
import { cancelled, malformed, queueOverflow, unreachable } from './failures.ts';
import { checkResult } from './read-response.ts';
import type { TransportSettings } from './settings.ts';
import type { ReceivedEvent } from './subgraph-socket.ts';
import { createReconnectingClient } from './websocket-client.ts';

type EventStream = Channel<SubgraphResult>;

interface SharedClient {
  readonly client: Client;
  readonly streams: Map<EventStream, RequestScope>;
}

/**
 * Subscriptions of one subgraph over graphql-ws. One socket carries all of them (or one per identity, where the subgraph wants it in
 * `connection_init`). When the subgraph goes away they are asked for again, with backoff, until it is back or the attempts are used up.
 */
export class SubscriptionClient {
  readonly #name: string;
  readonly #url: string;
  readonly #settings: TransportSettings;
  readonly #clients = new Map<string, SharedClient>();
  readonly #streams = new Set<EventStream>();
  #onIdle: (() => void) | undefined;
  #closed = false;

  constructor(name: string, url: string, settings: TransportSettings) {
    this.#name = name;
    this.#url = url;
    this.#settings = settings;
  }

  /**
   * One item per event. A refusal by the subgraph (message `error`) is an item with errors and null data, and the last one. The subgraph is asked
   * at once, not with the first read, so that nothing is missed in between.
   */
  subscribe({ body }: SubgraphRequest, scope: RequestScope): AsyncIterableIterator<SubgraphResult> {
    let unsubscribe: (() => void) | undefined;
    const leave = (): void => stream.fail(cancelled(this.#name));
    const { maxBufferedEvents, maxBufferedBytes } = this.#settings.webSocket;
    const stream: EventStream = new Channel(refuse({ items: maxBufferedEvents, size: maxBufferedBytes }), () => {
      scope.signal?.removeEventListener('abort', leave);
      unsubscribe?.();
      this.#ended(stream);
    });
    this.#streams.add(stream);
    if (this.#closed || scope.signal?.aborted) {
      leave();
      return stream;
    }
    scope.signal?.addEventListener('abort', leave, { once: true });
    unsubscribe = this.#ask(this.#payload(body, scope), scope, stream);
    return stream;
  }

  /** Takes no part in new supergraphs: what runs may end in its own time. */
  retire(onIdle: () => void): void {
    this.#onIdle = onIdle;
    if (this.#streams.size === 0) this.close();
  }

  close(): void {
    this.#closed = true;
    for (const stream of this.#streams) stream.fail(cancelled(this.#name));
    for (const key of this.#clients.keys()) this.#dispose(key);
    this.#onIdle?.();
  }

  #ended(stream: EventStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0 && this.#onIdle && !this.#closed) this.close();
  }

  #ask(payload: SubscribePayload, scope: RequestScope, stream: EventStream): () => void {
    const key = this.#settings.webSocket.identity === 'connection' ? scope.identityKey : '';
    const shared = this.#clientFor(key, scope);
    shared.streams.set(stream, scope);
    const unsubscribe = shared.client.subscribe(payload, {
      next: (value: unknown) => this.#receive(value as ReceivedEvent, stream, scope), // our sockets make them
      error: (error) => this.#broken(error, stream, scope),
      complete: () => stream.end(),
    });
    return () => {
      unsubscribe();
      shared.streams.delete(stream);
      // the one socket for all lingers by itself; sockets per identity would pile up
      if (shared.streams.size === 0 && key !== '') this.#dispose(key);
    };
  }

  /** An event that is no GraphQL result is an item with an error; the subscription goes on. */
  #receive({ result, bytes }: ReceivedEvent, stream: EventStream, scope: RequestScope): void {
    const shaped = checkResult(result);
    const event = typeof shaped === 'string' ? failedEvent(malformed(this.#name, shaped).failure) : shaped;
    this.#push(event, bytes, stream, scope);
  }

  /** An event for which there is no room ends its stream: the consumer learns of it after what waits. */
  #push(event: SubgraphResult, bytes: number, stream: EventStream, { requestId }: RequestScope): void {
    if (stream.push(event, bytes)) return;
    this.#settings.observer?.onQueueOverflow?.(this.#name, requestId);
    stream.fail(queueOverflow(this.#name));
  }

  #broken(error: unknown, stream: EventStream, scope: RequestScope): void {
    if (Array.isArray(error)) {
      this.#push({ data: null, errors: error }, 0, stream, scope);
      stream.end();
    } else {
      stream.fail(unreachable(this.#name, error).failure);
    }
  }

  #payload(body: string, scope: RequestScope): SubscribePayload {
    const payload = JSON.parse(body) as SubscribePayload;
    const { extensions } = payload;
    // a getter, as graphql-ws sends the payload again after a reconnect: a renewed token in `scope.headers` goes along
    return Object.defineProperty(payload, 'extensions', {
      enumerable: true,
      get: () => ({ ...extensions, ...this.#callerOf(scope) }),
    });
  }

  #callerOf({ requestId, headers, headersFor }: RequestScope): Record<string, unknown> {
    const { identityHeader } = this.#settings;
    const all: Readonly<Record<string, string>> = {
      ...headers,
      ...headersFor?.(this.#name),
      'x-request-id': requestId,
    };
    const identity = identityHeader === undefined ? undefined : all[identityHeader];
    return { headers: all, ...(identity !== undefined && { identity }) };
  }

  #clientFor(key: string, scope: RequestScope): SharedClient {
    const known = this.#clients.get(key);
    if (known) return known;
    const { webSocket, exactNumbers, clock, observer } = this.#settings;
    const streams = new Map<EventStream, RequestScope>();
    const client = createReconnectingClient({
      url: this.#url,
      options: { ...webSocket, exactNumbers },
      clock,
      ...(key !== '' && { connectionParams: () => ({ ...scope.headers, ...this.#callerOf(scope) }) }),
      onReconnected: () => observer?.onResubscribed?.(this.#name),
      onBroken: (message) => {
        observer?.onBrokenSocket?.(this.#name, message);
        // Whose event it was can't be told; and the others may miss some until they are subscribed again.
        const event = failedEvent(malformed(this.#name, message).failure);
        for (const [stream, streamScope] of streams) this.#push(event, 0, stream, streamScope);
      },
      onGivenUp: (broken) => {
        this.#clients.delete(key);
        const { failure } = broken === undefined ? unreachable(this.#name, undefined) : malformed(this.#name, broken);
        for (const stream of streams.keys()) stream.fail(failure);
      },
    });
    const shared = { client, streams };
    this.#clients.set(key, shared);
    return shared;
  }

  #dispose(key: string): void {
    const shared = this.#clients.get(key);
    this.#clients.delete(key);
    // disposing while it connects rejects with that connection's failure, which nobody waits for any more
    Promise.resolve(shared?.client.dispose()).catch(() => undefined);
  }
}

/** The item that tells of an event which got lost. */
function failedEvent({ message, code, retryable }: SubgraphFailure): SubgraphResult {
  return { data: null, errors: [{ message, extensions: { code, retryable } }] };
}

/** The websocket address of a subgraph: the configured one, or its HTTP address under ws: or wss:. */
export function subscriptionUrl({ url, subscriptionUrl: configured }: SubgraphAddress): string {
  return (configured ?? url).replace(/^http/i, 'ws');
}
