import type { TransportObserver } from './observer.ts';

/** How one subgraph is asked. Every bound holds for each subgraph alone. */
export interface EndpointLimits {
  /** Milliseconds from asking to the parsed response, waiting in the queue and retries included. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxResponseBytes: number;
  /** Requests (and connections) at the same time. */
  readonly maxConcurrent: number;
  /** Requests that wait for a place; one more is refused with REQUEST_CONCURRENCY_LIMITED. */
  readonly maxQueued: number;
  /**
   * Request bodies of at least so many characters are sent as gzip, and responses may come compressed; undefined = neither, which is right inside one
   * network.
   */
  readonly compressFromLength: number | undefined;
}

export interface RetryOptions {
  /** Further attempts of a failed query. Mutations are never sent twice. */
  readonly maxRetries: number;
  /** Retries earned by each request: 0.1 lets retries add a tenth to the load of a subgraph that is failing. */
  readonly budgetPerRequest: number;
  /** Retries that may be saved up, and that a subgraph starts with. */
  readonly budgetLimit: number;
  /** Milliseconds before the first retry, at most; later ones double. */
  readonly backoffMs: number;
}

export interface BreakerOptions {
  /** Share of failed requests within `windowMs` from which the circuit opens. */
  readonly failureShare: number;
  readonly windowMs: number;
  /** Fewer requests per second than this, averaged over the window, say nothing. */
  readonly minimumPerSecond: number;
  /** Milliseconds from the opening, and from each probe that failed, to the next probe. */
  readonly probeMs: number;
  /** Milliseconds after which a probe without a response is followed by another. */
  readonly hangingProbeMs: number;
}

export interface WebSocketOptions {
  /**
   * Where the caller's identity travels. `subscription`: in the `extensions` of each subscribe message, so that one socket per subgraph
   * carries everybody. `connection`: in `connection_init`, for subgraphs that look nowhere else; one socket per identity.
   */
  readonly identity: 'subscription' | 'connection';
  /** Milliseconds between pings; a subgraph that misses the next one is reconnected. */
  readonly pingMs: number;
  readonly handshakeTimeoutMs: number;
  readonly ackTimeoutMs: number;
  /** Milliseconds that a socket without subscriptions stays open. */
  readonly lingerMs: number;
  /** Connections in a row over which no event came, before the subscriptions are ended. */
  readonly maxReconnects: number;
  /** Milliseconds before the first reconnect, at most; doubles up to `maxBackoffMs`. */
  readonly backoffMs: number;
  /** Bounds how long a subgraph that is back waits for its subscriptions. */
  readonly maxBackoffMs: number;
  /** Events that may wait for a slow consumer before its subscription is ended with LIVE_QUEUE_OVERFLOW. */
  readonly maxBufferedEvents: number;
  /** Bytes of those, but for a single event. */
  readonly maxBufferedBytes: number;
  /** A larger message breaks the socket: its subscriptions are told and asked for again. */
  readonly maxMessageBytes: number;
  /** Sockets in a row that the subgraph may break so before their subscriptions are ended. */
  readonly maxBrokenSockets: number;
}

export interface SubgraphAddress {
  readonly url: string;
  /** Defaults to `url` under ws: or wss:. */
  readonly subscriptionUrl?: string;
  readonly limits?: Partial<EndpointLimits>;
}

export interface TransportConfig {
  readonly subgraphs: Readonly<Record<string, SubgraphAddress>>;
  readonly limits?: Partial<EndpointLimits>;
  readonly retry?: Partial<RetryOptions>;
  readonly breaker?: Partial<BreakerOptions>;
  readonly webSocket?: Partial<WebSocketOptions>;
  /**
   * Identical queries in flight under one identity ask the subgraph once, and equal bytes are parsed once. False where whoever gets a result
   * writes to it. Default: true.
   */
  readonly shareResponses?: boolean;
  /** Numbers that a double can't hold are kept as they came. False where whoever gets a result knows doubles only. Default: true. */
  readonly exactNumbers?: boolean;
  /** Forwarded header that holds the signed identity; goes as `extensions.identity` with subscriptions. */
  readonly identityHeader?: string;
  readonly observer?: TransportObserver;
  /** Milliseconds on a steady clock; tests set it. */
  readonly clock?: () => number;
}

export const defaultLimits: EndpointLimits = {
  timeoutMs: 10_000,
  connectTimeoutMs: 2_000,
  maxResponseBytes: 32 * 1024 * 1024,
  maxConcurrent: 256,
  maxQueued: 2_000,
  compressFromLength: undefined,
};

export const defaultRetry: RetryOptions = { maxRetries: 1, budgetPerRequest: 0.1, budgetLimit: 10, backoffMs: 30 };

export const defaultBreaker: BreakerOptions = {
  failureShare: 0.5,
  windowMs: 10_000,
  minimumPerSecond: 2,
  probeMs: 500,
  hangingProbeMs: 2_000,
};

export const defaultWebSocket: WebSocketOptions = {
  identity: 'subscription',
  pingMs: 12_000,
  handshakeTimeoutMs: 2_000,
  ackTimeoutMs: 5_000,
  lingerMs: 5_000,
  maxReconnects: 240, // two minutes of a subgraph that refuses connections
  backoffMs: 200,
  maxBackoffMs: 1_000,
  maxBufferedEvents: 1_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxMessageBytes: defaultLimits.maxResponseBytes,
  maxBrokenSockets: 3,
};
