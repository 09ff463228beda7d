import type { ErrorBehavior } from './error-behavior.ts';

// The interfaces between the engine and its environment. The engine imports nothing of the gateway; the gateway implements these.

export type OperationKind = 'query' | 'mutation' | 'subscription';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** One request to one subgraph. `body` is the complete JSON text: `{"query":…,"operationName"?:…,"variables"?:…}`. */
export interface SubgraphRequest {
  readonly subgraph: string;
  readonly kind: OperationKind;
  readonly body: string;
}

/** Everything about the client's request that a subgraph request may depend on. */
export interface RequestScope {
  readonly requestId: string;
  /** Identifies everything in the identity and the forwarded headers that may change a response. Requests with equal keys may share work. */
  readonly identityKey: string;
  /** Headers to forward, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Additional headers for one subgraph only, such as a token whose audience is that subgraph. */
  readonly headersFor?: (subgraph: string) => Readonly<Record<string, string>>;
  /** Aborted when the client disconnects. */
  readonly signal?: AbortSignal;
  /** The time on the clock of `performance.now()`, in milliseconds, after which the client no longer waits for the response. */
  readonly deadline?: number;
  /** Milliseconds that the contract of the document allows, if the deadline follows from it. */
  readonly contractMs?: number;
  /** True when sending the operation again could make a change twice: a mutation without idempotency keys. */
  readonly unrepeatable?: boolean;
  /** How errors change the response. Default `PROPAGATE`. */
  readonly onError?: ErrorBehavior;
  /** The span within which requests to subgraphs are traced, for the transport. Undefined if the trace is not recorded. */
  readonly span?: object | undefined;
  /** Called with the position in the log of the database after each mutation, and awaited before its result is used. Must not reject. */
  readonly onWritten?: (position: string) => Promise<void>;
  /** Called with each request to a subgraph and the promise of its result. Must not throw. */
  readonly onFetch?: (request: SubgraphRequest, result: Promise<SubgraphResult>) => void;
}

/** An error as a subgraph sent it. Any property may be absent or of a wrong type. */
export interface SubgraphError {
  readonly message?: unknown;
  readonly path?: unknown;
  readonly extensions?: unknown;
}

/**
 * Marks an object or list that occurs more than once in a response whose equal parts the transport made one object. The engine then copies,
 * extends and writes it once (see docs/performance.md, P8). JSON can't contain a symbol.
 */
export const REPEATED: unique symbol = Symbol('repeated');

/** Marks a response whose JSON text has no backslash: none of its strings needs escaping (RFC 8259, section 7; see docs/performance.md, P9). */
export const UNESCAPED: unique symbol = Symbol('unescaped');

/**
 * A subgraph's parsed response. It may be shared between requests, so it is never changed. The transport guarantees
 * only that it is an object; `data` is as the subgraph sent it.
 */
export interface SubgraphResult {
  readonly data?: JsonObject | null;
  readonly errors?: readonly SubgraphError[];
  readonly extensions?: JsonObject;
  readonly [UNESCAPED]?: true;
}

/** Decides which parts of subgraph errors clients may see. */
export interface ErrorPolicy {
  isPublicCode(code: string): boolean;
  /** Whether clients may see the messages of errors with this code. */
  isPublicMessage(code: string): boolean;
  /** Whether clients may see the extension with this name. */
  isPublicExtension(name: string): boolean;
  /** Whether a retry may succeed, when the subgraph does not say. */
  isRetryable(code: string): boolean;
  /** Called with each error as the subgraph reported it, for the log. */
  onSubgraphError?(error: SubgraphError, subgraph: string, requestId: string): void;
  /** Called when a request to a subgraph failed, for the log. */
  onSubgraphFailure?(failure: SubgraphFailure, requestId: string): void;
}

export interface SubgraphTransport {
  /** Rejects with a `SubgraphFailure`, never with a driver's own error. */
  fetch(request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult>;
  /**
   * Yields one item per event. Ends when the subgraph completes the subscription, and throws a `SubgraphFailure` when the connection fails.
   * `return()` doesn't wait for a pending `next()`.
   */
  subscribe(request: SubgraphRequest, scope: RequestScope): AsyncIterable<SubgraphResult>;
  close(): Promise<void>;
}

export type SubgraphFailureCode =
  | 'SUBREQUEST_HTTP_ERROR'
  | 'SUBREQUEST_MALFORMED_RESPONSE'
  | 'GATEWAY_TIMEOUT'
  | 'OUTCOME_UNKNOWN'
  | 'SUBGRAPH_CIRCUIT_OPEN'
  | 'REQUEST_CONCURRENCY_LIMITED'
  | 'LIVE_QUEUE_OVERFLOW';

/** A request to a subgraph failed, or the response wasn't GraphQL. Clients may see the message: it has no address and no stack. */
export class SubgraphFailure extends Error {
  readonly code: SubgraphFailureCode;
  readonly subgraph: string;
  /** Whether the same request may succeed if the client sends it again. */
  readonly retryable: boolean;
  /** Seconds to wait before a retry, if the transport knows. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: SubgraphFailureCode,
    subgraph: string,
    options: { message: string; retryable: boolean; retryAfterSeconds?: number; cause?: unknown },
  ) {
    super(options.message, { cause: options.cause });
    this.name = 'SubgraphFailure';
    this.code = code;
    this.subgraph = subgraph;
    this.retryable = options.retryable;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
