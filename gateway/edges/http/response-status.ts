import type { Outcome, Responded } from '../../pipeline/outcome.ts';

/** Faults of the document or its variables: the request itself was well-formed GraphQL over HTTP. */
const documentFaults: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * HTTP status of an outcome (GraphQL over HTTP, draft of 2025): 200 where the operation ran. A refusal has its own status, except that a
 * fault of the document is 200 under `application/json`.
 */
export function responseStatus(outcome: Outcome, mediaType: string): number {
  if (outcome.kind !== 'refused') return 200;
  const code = outcome.errors[0]?.extensions.code ?? '';
  return documentFaults.has(code) && mediaType.startsWith('application/json') ? 200 : outcome.status;
}

/** The `Retry-After` header of a response in which errors say when to try again: after the longest of these times. */
export function retryAfterHeader({ errors }: Responded): Readonly<Record<string, string>> {
  const seconds = errors.map(({ extensions }) => Number(extensions['retryAfterSeconds'] ?? 0));
  const longest = Math.ceil(Math.max(0, ...seconds));
  return longest > 0 ? { 'retry-after': String(longest) } : {};
}
