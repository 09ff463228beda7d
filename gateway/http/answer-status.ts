import { errorTable, isErrorCode } from '#shared/errors.ts';

/** Faults of the document or its variables: the request itself was well-formed GraphQL over HTTP. */
const documentFaults: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
]);

/**
 * HTTP status of an answer (GraphQL over HTTP, draft of 2025): 200 where the operation ran; a request error has its code's status
 * under `application/graphql-response+json`, while under `application/json` a fault of the document is 200.
 * @param given the status that Apollo Server chose, if any
 * @param code of the first error
 */
export function answerStatus(given: number | undefined, contentType: string, code: string | undefined): number {
  if (given === undefined || given < 400 || code === undefined) return given ?? 200;
  if (documentFaults.has(code) && contentType.startsWith('application/json')) return 200;
  // BAD_REQUEST stands for several: wrong method, wrong media type, not acceptable.
  return code === 'BAD_REQUEST' || !isErrorCode(code) ? given : errorTable[code].status;
}

/** Seconds after which trying again makes sense, for answers that must say so. */
export function retryAfter(status: number): string | undefined {
  return status === 429 || status === 503 ? '1' : undefined;
}
