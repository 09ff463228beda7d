import { type ErrorCode, errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { PublicError } from '../errors/public-error.ts';

/** Codes of errors because a subgraph or a database was away or overloaded, because time ran out, or because of a rate limit. */
const failed: ReadonlySet<ErrorCode> = new Set([
  'SUBREQUEST_HTTP_ERROR',
  'SUBGRAPH_CIRCUIT_OPEN',
  'REQUEST_CONCURRENCY_LIMITED',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
  'OUTCOME_UNKNOWN',
  'RATE_LIMITED',
]);

/** Matches the JSON text of `data` if all root fields are null. */
const allNull = /^\{(?:"\w+":null,?)+\}$/;
const keys = /"(\w+)":null/g;

/** HTTP status of a response that ran and has no data. */
export type FailureStatus = 429 | 503 | 504;

/**
 * Returns the HTTP status of a response in which every root field failed for one of these reasons: 429 if all were refused by a rate limit, 504 if
 * time ran out for all, and otherwise 503. Undefined for every other response.
 * @param data JSON text of the response's data
 */
export function failureStatus(data: string | undefined, errors: readonly PublicError[]): FailureStatus | undefined {
  if (errors.length === 0 || data === undefined || (data !== 'null' && !allNull.test(data))) return undefined;
  const failures = errors.filter(({ extensions: { code } }) => isErrorCode(code) && failed.has(code));
  const failedFields = new Set(failures.map(({ path }) => path?.[0]));
  const isWhole =
    data === 'null'
      ? failures.length === errors.length
      : [...data.matchAll(keys)].every(([, key]) => failedFields.has(key));
  if (!isWhole) return undefined;
  const haveStatus = (status: number): boolean =>
    failures.every(({ extensions: { code } }) => isErrorCode(code) && errorTable[code].status === status);
  if (haveStatus(429)) return 429;
  return haveStatus(504) ? 504 : 503;
}
