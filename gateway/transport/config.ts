import type { TransportObserver } from './observer.ts';

/** Limits of requests to one subgraph. */
export interface EndpointLimits {
  /** Milliseconds from `fetch` to the parsed response, including the time in the queue and retries. */
  readonly timeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Milliseconds after which a connection takes no further request. New connections reach processes that a balancer has been given since. */
  readonly connectionAgeMs: number;
  readonly maxResponseBytes: number;
  /** Requests (and connections) at the same time. */
  readonly maxConcurrent: number;
  /** Requests that may wait in the queue. Further ones are refused with REQUEST_CONCURRENCY_LIMITED. */
  readonly maxQueued: number;
  /**
   * Request bodies from this number of characters are sent as gzip, and responses may be compressed. Undefined = no compression, which is
   * faster inside one network.
   */
  readonly compressFromLength: number | undefined;
}

export interface RetryOptions {
  /** Further attempts of a failed query. Mutations are never sent twice. */
  readonly maxRetries: number;
  /** Retries that each request adds to the budget. With 0.1, retries add at most a tenth to the load of a failing subgraph. */
  readonly budgetPerRequest: number;
  /** Maximum of the budget, and its initial value. */
  readonly budgetLimit: number;
  /** Maximum delay before the first retry, in milliseconds. It doubles for each further retry. */
  readonly backoffMs: number;
}

export interface BreakerOptions {
  /** The circuit opens at this share of failed requests within `windowMs`. */
  readonly failureShare: number;
  readonly windowMs: number;
  /** The circuit stays closed below this number of requests per second, averaged over the window. */
  readonly minimumPerSecond: number;
  /** Milliseconds from the opening, and from each failed probe, to the next probe. */
  readonly probeMs: number;
  /** Milliseconds after which a probe without a response is followed by another. */
  readonly hangingProbeMs: number;
}

export interface WebSocketOptions {
  /**
   * Where the gateway sends the caller's identity. `subscription`: in the `extensions` of each subscribe message, so that all callers share one
   * socket per subgraph. `connection`: in `connection_init`, for subgraphs that read it only there, with one socket per identity.
   */
  readonly identity: 'subscription' | 'connection';
  /** Milliseconds between pings. A socket without a pong before the next ping is reconnected. */
  readonly pingMs: number;
  readonly handshakeTimeoutMs: number;
  readonly ackTimeoutMs: number;
  /** Milliseconds that a socket without subscriptions stays open. */
  readonly lingerMs: number;
  /** Consecutive connections without an event before the subscriptions are ended. */
  readonly maxReconnects: number;
  /** Maximum delay before the first reconnect, in milliseconds. It doubles up to `maxBackoffMs`. */
  readonly backoffMs: number;
  /** Longest delay before a reconnect, in milliseconds. */
  readonly maxBackoffMs: number;
  /** Events that may wait for a slow consumer before its subscription is ended with LIVE_QUEUE_OVERFLOW. */
  readonly maxBufferedEvents: number;
  /** Bytes of these events. A single event may be larger. */
  readonly maxBufferedBytes: number;
  /** A larger message closes the socket. Its subscriptions get an error and are subscribed again. */
  readonly maxMessageBytes: number;
  /** Consecutive sockets that are closed for such reasons before the subscriptions are ended. */
  readonly maxBrokenSockets: number;
}

export interface SubgraphAddress {
  readonly url: string;
  /** Default: `url` with the scheme ws: or wss:. */
  readonly subscriptionUrl?: string;
  readonly limits?: Partial<EndpointLimits>;
}

/** A subgraph in the process of the gateway. It responds as it would over HTTP. */
export interface LocalSubgraph {
  /** The address where other processes reach it. */
  readonly url: string;
  respond(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
  }): Promise<{
    /** HTTP status. */
    readonly status: number;
    /** A GraphQL result with values as in JSON. */
    readonly result: object;
  }>;
}

export interface TransportConfig {
  readonly subgraphs: Readonly<Record<string, SubgraphAddress>>;
  /** Subgraphs in this process. Those with one of these addresses are called without a socket. */
  readonly local?: readonly LocalSubgraph[];
  readonly limits?: Partial<EndpointLimits>;
  readonly retry?: Partial<RetryOptions>;
  readonly breaker?: Partial<BreakerOptions>;
  readonly webSocket?: Partial<WebSocketOptions>;
  /**
   * True: identical queries in flight with the same identity are sent once, and equal bytes are parsed once. False if consumers modify results.
   * Default: true.
   */
  readonly shareResponses?: boolean;
  /** True: numbers that a double can't represent keep their text. False if consumers support doubles only. Default: true. */
  readonly exactNumbers?: boolean;
  /** Forwarded header with the signed identity. Subscriptions send it as `extensions.identity`. */
  readonly identityHeader?: string;
  readonly observer?: TransportObserver;
  /** Milliseconds of a monotonic clock. Tests set it. */
  readonly clock?: () => number;
}

export const defaultLimits: EndpointLimits = {
  timeoutMs: 10_000,
  connectTimeoutMs: 2_000,
  connectionAgeMs: 60_000,
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
  maxReconnects: 240, // about two minutes if the subgraph refuses connections
  backoffMs: 200,
  maxBackoffMs: 1_000,
  maxBufferedEvents: 1_000,
  maxBufferedBytes: 8 * 1024 * 1024,
  maxMessageBytes: defaultLimits.maxResponseBytes,
  maxBrokenSockets: 3,
};
