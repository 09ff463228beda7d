import type { ErrorBehavior } from './error-behavior.ts';

/** What the engine asks of the world around it. It imports nothing of the gateway; the gateway implements these. */

export type OperationKind = 'query' | 'mutation' | 'subscription';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** One request to one subgraph. `body` is complete JSON text: `{"query":…,"operationName"?:…,"variables"?:…}`. */
export interface SubgraphRequest {
  readonly subgraph: string;
  readonly kind: OperationKind;
  readonly body: string;
}

/** Everything about the client's request that a subgraph call may depend on. */
export interface RequestScope {
  readonly requestId: string;
  /** Everything of identity and forwarded headers that may change an answer; equal keys may share work. */
  readonly identityKey: string;
  /** Headers to forward, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers that go to one subgraph alone, beside the others: a token that names its reader. */
  readonly headersFor?: (subgraph: string) => Readonly<Record<string, string>>;
  /** Aborted when the client has left. */
  readonly signal?: AbortSignal;
  /** `performance.now()` milliseconds after which nobody waits for the answer any more. */
  readonly deadline?: number;
  /** True where the client could change something twice by sending its operation again: a mutation without idempotency keys. */
  readonly unrepeatable?: boolean;
  /** What becomes of positions with errors; `PROPAGATE` unless the client says otherwise. */
  readonly onError?: ErrorBehavior;
  /** Called with every request to a subgraph and its coming result, where somebody wants to know. Must not throw. */
  readonly onFetch?: (request: SubgraphRequest, result: Promise<SubgraphResult>) => void;
}

/** An error as a subgraph sent it; every part may be absent or of a wrong type. */
export interface SubgraphError {
  readonly message?: unknown;
  readonly path?: unknown;
  readonly extensions?: unknown;
}

/**
 * Marks an object or list that occurs more than once in an answer whose transport made equal parts one. The engine then copies, extends and
 * writes it once (see docs/performance.md, P8). JSON can't contain a symbol.
 */
export const REPEATED: unique symbol = Symbol('repeated');

/** Marks an answer whose JSON text has no backslash: none of its strings needs escaping (RFC 8259, section 7; see docs/performance.md, P9). */
export const UNESCAPED: unique symbol = Symbol('unescaped');

/**
 * A subgraph's parsed answer. It may be shared between requests: it is never mutated. Only its outermost shape
 * (an object) is promised; `data` is as the subgraph sent it.
 */
export interface SubgraphResult {
  readonly data?: JsonObject | null;
  readonly errors?: readonly SubgraphError[];
  readonly extensions?: JsonObject;
  readonly [UNESCAPED]?: true;
}

/** What clients may see of the errors that subgraphs report. */
export interface ErrorPolicy {
  isPublicCode(code: string): boolean;
  /** Whether messages under this code are meant for clients. */
  isPublicMessage(code: string): boolean;
  /** Whether an extension of this name is meant for clients. */
  isPublicExtension(name: string): boolean;
  /** Whether trying again may help, where the subgraph does not say. */
  isRetryable(code: string): boolean;
  /** Called with errors as the subgraph reported them, for the log. */
  onSubgraphError?(error: SubgraphError, subgraph: string, requestId: string): void;
  /** Called when a subgraph could not be asked or did not answer, for the log. */
  onSubgraphFailure?(failure: SubgraphFailure, requestId: string): void;
}

export interface SubgraphTransport {
  /** Rejects with a `SubgraphFailure`, never with a driver's own error. */
  fetch(request: SubgraphRequest, scope: RequestScope): Promise<SubgraphResult>;
  /**
   * One item per event; ends when the upstream completes, throws a `SubgraphFailure` when it breaks. Its `return()` doesn't wait for the event
   * that is being waited for.
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

/** A subgraph could not be asked, or did not answer in GraphQL. Its message is fit for clients: no address, no stack. */
export class SubgraphFailure extends Error {
  readonly code: SubgraphFailureCode;
  readonly subgraph: string;
  /** Whether the same request may succeed if the client sends it again. */
  readonly retryable: boolean;
  /** Seconds, when the transport knows how long to stay away. */
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
