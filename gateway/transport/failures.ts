import { SubgraphFailure } from '../engine/ports.ts';

/** A failed attempt, and what it means for retries and the circuit breaker. */
export interface FailedAttempt {
  readonly failure: SubgraphFailure;
  /** True if a query may be sent again. */
  readonly transient: boolean;
  /** True if the subgraph may have executed the operation nevertheless. */
  readonly maybeExecuted: boolean;
  /** True if the failure counts against the subgraph's health. A refusal of a single request does not. */
  readonly unhealthy: boolean;
}

// Messages name neither subgraph nor address: whether a client learns the name is the engine's policy.

const transientStatuses = new Set([429, 502, 503, 504]);

/** A response without a GraphQL result. */
export function httpStatus(subgraph: string, status: number, retryAfterSeconds: number | undefined): FailedAttempt {
  const transient = transientStatuses.has(status);
  const failure = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: `A subgraph responded with HTTP status ${status}.`,
    retryable: transient || status >= 500,
    retryAfterSeconds,
  });
  return { failure, transient, maybeExecuted: status >= 500, unhealthy: status >= 500 };
}

/**
 * The connection failed, or ended before the response began.
 * @param wasSent true if the request may have reached the subgraph
 */
export function unreachable(subgraph: string, cause: unknown, wasSent = false): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'A subgraph could not be reached.',
    retryable: true,
    cause,
  });
  return { failure, transient: true, maybeExecuted: wasSent, unhealthy: true };
}

export function cutOff(subgraph: string, cause: unknown): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_MALFORMED_RESPONSE', subgraph, {
    message: "A subgraph's response was cut off.",
    retryable: true,
    cause,
  });
  return { failure, transient: true, maybeExecuted: true, unhealthy: true };
}

export function malformed(subgraph: string, message: string, cause?: unknown): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_MALFORMED_RESPONSE', subgraph, { message, retryable: false, cause });
  return { failure, transient: false, maybeExecuted: true, unhealthy: true };
}

/** @param contractMs milliseconds that the contract of the document allows, if it ended the request */
export function timedOut(subgraph: string, contractMs?: number): SubgraphFailure {
  const message =
    contractMs === undefined
      ? 'A subgraph did not respond in time.'
      : `The contract of the document ends a run after ${contractMs} ms. Request less, or register it with a longer timeoutMs.`;
  return new SubgraphFailure('GATEWAY_TIMEOUT', subgraph, { message, retryable: contractMs === undefined });
}

const repeatAdvice = 'Send the same request again: the change is made once.';
const readAdvice = 'Read its outcome before trying again.';

/** A mutation without a response may have been executed. @param mayRepeat true if it can be repeated safely */
export function outcomeUnknown({ subgraph, message, cause }: SubgraphFailure, mayRepeat: boolean): SubgraphFailure {
  return new SubgraphFailure('OUTCOME_UNKNOWN', subgraph, {
    message: `${message} The change may or may not have been made. ${mayRepeat ? repeatAdvice : readAdvice}`,
    retryable: mayRepeat,
    cause,
  });
}

export function circuitOpen(subgraph: string, retryAfterSeconds: number): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_CIRCUIT_OPEN', subgraph, {
    message: 'A subgraph fails too often, so the gateway sends it no requests for now. Try again later.',
    retryable: true,
    retryAfterSeconds,
  });
}

export function overloaded(subgraph: string, retryAfterSeconds: number): SubgraphFailure {
  return new SubgraphFailure('REQUEST_CONCURRENCY_LIMITED', subgraph, {
    message: 'Too many requests wait for a subgraph. Try again later.',
    retryable: true,
    retryAfterSeconds,
  });
}

/** Events arrive faster than the gateway can complete them with fields of other subgraphs. */
export function queueOverflow(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('LIVE_QUEUE_OVERFLOW', subgraph, {
    message: 'Events were lost because too many were waiting for delivery. Subscribe again.',
    retryable: true,
  });
}

/** The outcome of a cancelled request, which is never sent to a client. */
export function cancelled(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'The request was cancelled.',
    retryable: true,
  });
}

export function unknownSubgraph(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'A subgraph is no longer part of the supergraph.',
    retryable: true,
  });
}
