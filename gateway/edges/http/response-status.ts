import type { Outcome, Responded } from '../../pipeline/outcome.ts';

/** Faults of the document or its variables: the request itself was well-formed GraphQL over HTTP. */
const documentFaults: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * HTTP status of an outcome (GraphQL over HTTP, draft of 2025). Under `application/graphql-response+json`: 200 where the operation ran
 * and something could be answered, else the status of what went wrong. Under `application/json`, 200 for everything that is told by
 * GraphQL errors, except for refusals that are no fault of the document.
 */
export function responseStatus(outcome: Outcome, mediaType: string): number {
  const isPlainJson = mediaType.startsWith('application/json');
  if (outcome.kind === 'stream') return 200;
  if (outcome.kind === 'response') return isPlainJson ? 200 : (outcome.unavailable ?? 200);
  const code = outcome.errors[0]?.extensions.code ?? '';
  return documentFaults.has(code) && isPlainJson ? 200 : outcome.status;
}

/**
 * The `Retry-After` header of a response in which errors say when to try again, after the longest of these times; after a second where
 * nothing could be answered and nothing better is known. None where trying again could make a change twice.
 */
export function retryAfterHeader({ errors, unavailable }: Responded): Readonly<Record<string, string>> {
  const seconds = errors.map(({ extensions }) => Number(extensions['retryAfterSeconds'] ?? 0));
  const mayRepeat = errors.every(({ extensions }) => extensions.retryable);
  const least = unavailable && mayRepeat ? 1 : 0;
  const longest = Math.ceil(Math.max(least, ...seconds));
  return longest > 0 ? { 'retry-after': String(longest) } : {};
}
