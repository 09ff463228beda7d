import type { Outcome, Responded } from '../../pipeline/outcome.ts';

/** Codes for errors of the document or its variables, in a request that was well-formed GraphQL over HTTP. */
const documentFaults: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * Returns the HTTP status of an outcome (GraphQL over HTTP, draft of 2025). Under `application/graphql-response+json` it is 200 if the operation
 * ran and at least one root field has data, otherwise the status of the error. Under `application/json` it is 200, except for refusals for
 * reasons other than an error of the document, for a rate limit, which refuses before anything has happened, whoever applies it, and for a mutation
 * whose outcome is unknown: its client must not take it for done.
 */
export function responseStatus(outcome: Outcome, mediaType: string): number {
  const isPlainJson = mediaType.startsWith('application/json');
  if (outcome.kind === 'stream') return 200;
  if (outcome.kind === 'response') {
    const { failureStatus = 200 } = outcome;
    return isPlainJson && failureStatus !== 429 && !isOutcomeUnknown(outcome) ? 200 : failureStatus;
  }
  const code = outcome.errors[0]?.extensions.code ?? '';
  // Clients of automatic persisted queries send the text after this response, whose status must not be an error.
  if (code === 'PERSISTED_QUERY_NOT_FOUND') return 200;
  return documentFaults.has(code) && isPlainJson ? 200 : outcome.status;
}

function isOutcomeUnknown({ errors }: Responded): boolean {
  return errors.some(({ extensions: { code } }) => code === 'OUTCOME_UNKNOWN');
}

/**
 * Makes the `Retry-After` header of a response: the longest time that its errors state. Without one, a response in which every root field
 * failed gets one second, unless a repeated request could make a change twice.
 */
export function retryAfterHeader({ errors, failureStatus }: Responded): Readonly<Record<string, string>> {
  const seconds = errors.map(({ extensions }) => Number(extensions['retryAfterSeconds'] ?? 0));
  const mayRepeat = errors.every(({ extensions }) => extensions.retryable);
  const least = failureStatus && mayRepeat ? 1 : 0;
  const longest = Math.ceil(Math.max(least, ...seconds));
  return longest > 0 ? { 'retry-after': String(longest) } : {};
}

/** Marks a response that is replayed for an idempotency key. */
export function replayHeader({ replayed }: Responded): Readonly<Record<string, string>> {
  return replayed ? { 'idempotent-replayed': 'true' } : {};
}
