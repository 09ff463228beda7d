import { SubgraphFailure } from '../engine/ports.ts';

/** What became of an attempt, and what it means for retry and breaker. */
export interface FailedAttempt {
  readonly failure: SubgraphFailure;
  /** Whether a query may be sent again. */
  readonly transient: boolean;
  /** Whether the subgraph may have done what was asked, all the same. */
  readonly perhapsDone: boolean;
  /** Whether it speaks against the subgraph's health; a refusal of this one request doesn't. */
  readonly sick: boolean;
}

// Messages name neither subgraph nor address: whether a client learns the name is the engine's policy.

const transientStatuses = new Set([429, 502, 503, 504]);

/** A response without GraphQL in it, by its HTTP status. */
export function httpStatus(subgraph: string, status: number, retryAfterSeconds: number | undefined): FailedAttempt {
  const transient = transientStatuses.has(status);
  const failure = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: `A subgraph answered with HTTP status ${status}.`,
    retryable: transient || status >= 500,
    retryAfterSeconds,
  });
  return { failure, transient, perhapsDone: status >= 500, sick: status >= 500 };
}

/**
 * No connection, or one that ended before a response began.
 * @param wasSent whether the request may have reached the subgraph
 */
export function unreachable(subgraph: string, cause: unknown, wasSent = false): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'A subgraph could not be reached.',
    retryable: true,
    cause,
  });
  return { failure, transient: true, perhapsDone: wasSent, sick: true };
}

export function cutOff(subgraph: string, cause: unknown): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_MALFORMED_RESPONSE', subgraph, {
    message: "A subgraph's response was cut off.",
    retryable: true,
    cause,
  });
  return { failure, transient: true, perhapsDone: true, sick: true };
}

export function malformed(subgraph: string, message: string, cause?: unknown): FailedAttempt {
  const failure = new SubgraphFailure('SUBREQUEST_MALFORMED_RESPONSE', subgraph, { message, retryable: false, cause });
  return { failure, transient: false, perhapsDone: true, sick: true };
}

export function timedOut(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('GATEWAY_TIMEOUT', subgraph, {
    message: 'A subgraph did not answer in time.',
    retryable: true,
  });
}

/** A change that may have been made, although no response says so. @param mayRepeat whether it can be sent again without harm */
export function outcomeUnknown({ subgraph, message, cause }: SubgraphFailure, mayRepeat: boolean): SubgraphFailure {
  return new SubgraphFailure('OUTCOME_UNKNOWN', subgraph, {
    message: `${message} The change may or may not have been made.`,
    retryable: mayRepeat,
    cause,
  });
}

export function circuitOpen(subgraph: string, retryAfterSeconds: number): SubgraphFailure {
  return new SubgraphFailure('SUBGRAPH_CIRCUIT_OPEN', subgraph, {
    message: 'A subgraph fails too often and is not asked at the moment.',
    retryable: true,
    retryAfterSeconds,
  });
}

export function overloaded(subgraph: string, retryAfterSeconds: number): SubgraphFailure {
  return new SubgraphFailure('REQUEST_CONCURRENCY_LIMITED', subgraph, {
    message: 'Too many requests wait for a subgraph.',
    retryable: true,
    retryAfterSeconds,
  });
}

/** Events come faster than they can be completed with what other subgraphs know. */
export function queueOverflow(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('LIVE_QUEUE_OVERFLOW', subgraph, {
    message: 'Too many events waited to be delivered; events were lost. Subscribe again.',
    retryable: true,
  });
}

/** For those who have left, so nobody reads it. */
export function cancelled(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'The request was cancelled.',
    retryable: true,
  });
}

export function unknownSubgraph(subgraph: string): SubgraphFailure {
  return new SubgraphFailure('SUBREQUEST_HTTP_ERROR', subgraph, {
    message: 'A subgraph is not part of the supergraph any more.',
    retryable: true,
  });
}
