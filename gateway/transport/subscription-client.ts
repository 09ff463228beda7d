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
 * Subscriptions of one subgraph over graphql-ws. They share one socket, or one per identity if the subgraph reads the identity from
 * `connection_init`. If the socket is lost, the client reconnects with backoff and subscribes again, for a limited number of attempts.
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
   * Subscribes and returns one item per event. A refusal by the subgraph (message `error`) becomes the last item, with errors and null data. The
   * subscription starts at once and not with the first read, so that no event is missed in between.
   */
  subscribe({ body }: SubgraphRequest, scope: RequestScope): AsyncIterableIterator<SubgraphResult> {
    let unsubscribe: (() => void) | undefined;
    const cancel = (): void => stream.fail(cancelled(this.#name));
    const { maxBufferedEvents, maxBufferedBytes } = this.#settings.webSocket;
    const stream: EventStream = new Channel(refuse({ items: maxBufferedEvents, size: maxBufferedBytes }), () => {
      scope.signal?.removeEventListener('abort', cancel);
      unsubscribe?.();
      this.#ended(stream);
    });
    this.#streams.add(stream);
    if (this.#closed || scope.signal?.aborted) {
      cancel();
      return stream;
    }
    scope.signal?.addEventListener('abort', cancel, { once: true });
    unsubscribe = this.#start(this.#payload(body, scope), scope, stream);
    return stream;
  }

  /** Closes the client when its last subscription has ended. Called when a new supergraph no longer has this address. */
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

  #start(payload: SubscribePayload, scope: RequestScope, stream: EventStream): () => void {
    const key = this.#settings.webSocket.identity === 'connection' ? scope.identityKey : '';
    const shared = this.#clientFor(key, scope);
    shared.streams.set(stream, scope);
    const unsubscribe = shared.client.subscribe(payload, {
      next: (value: unknown) => this.#receive(value as ReceivedEvent, stream, scope), // made by our sockets
      error: (error) => this.#broken(error, stream, scope),
      complete: () => stream.end(),
    });
    return () => {
      unsubscribe();
      shared.streams.delete(stream);
      // The shared socket has its own linger time. Sockets per identity would accumulate.
      if (shared.streams.size === 0 && key !== '') this.#dispose(key);
    };
  }

  /** Turns an event that is not a GraphQL result into an item with an error. The subscription continues. */
  #receive({ result, bytes }: ReceivedEvent, stream: EventStream, scope: RequestScope): void {
    const shaped = checkResult(result);
    const event = typeof shaped === 'string' ? failedEvent(malformed(this.#name, shaped).failure) : shaped;
    this.#push(event, bytes, stream, scope);
  }

  /** Queues an event. If the queue is full, the stream fails after the events that already wait. */
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
    const payload = JSON.parse(body) as SubscribePayload; // the engine wrote it
    const { extensions } = payload;
    // A getter, because graphql-ws sends the payload again after a reconnect, with the then current token in `scope.headers`.
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
        // The message may belong to any subscription, and all of them may miss events until they are subscribed again.
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
    // Disposing of a connecting client rejects with the failure of that connection, which no longer matters.
    Promise.resolve(shared?.client.dispose()).catch(() => undefined);
  }
}

/** Makes the item that reports a lost event. */
function failedEvent({ message, code, retryable }: SubgraphFailure): SubgraphResult {
  return { data: null, errors: [{ message, extensions: { code, retryable } }] };
}

/** Returns the websocket address of a subgraph: the configured one, or its HTTP address with the scheme ws: or wss:. */
export function subscriptionUrl({ url, subscriptionUrl: configured }: SubgraphAddress): string {
  return (configured ?? url).replace(/^http/i, 'ws');
}
