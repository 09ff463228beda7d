import { type ErrorCode, errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { PublicError } from '../errors/public-error.ts';

/** Codes of errors because a subgraph or a database was away or overloaded, or because time ran out. */
const missing: ReadonlySet<ErrorCode> = new Set([
  'SUBREQUEST_HTTP_ERROR',
  'SUBGRAPH_CIRCUIT_OPEN',
  'REQUEST_CONCURRENCY_LIMITED',
  'SERVICE_UNAVAILABLE',
  'GATEWAY_TIMEOUT',
  'OUTCOME_UNKNOWN',
]);

/** Matches the JSON text of `data` if all root fields are null. */
const allNull = /^\{(?:"\w+":null,?)+\}$/;
const keys = /"(\w+)":null/g;

/**
 * Returns the HTTP status of a response in which every root field failed because a subgraph or a database was away or time ran out: 504 if only
 * time ran out, otherwise 503. Undefined for every other response.
 * @param data JSON text of the response's data
 */
export function unavailableStatus(data: string | undefined, errors: readonly PublicError[]): 503 | 504 | undefined {
  if (errors.length === 0 || data === undefined || (data !== 'null' && !allNull.test(data))) return undefined;
  const failures = errors.filter(({ extensions: { code } }) => isErrorCode(code) && missing.has(code));
  const failed = new Set(failures.map(({ path }) => path?.[0]));
  const isWhole =
    data === 'null' ? failures.length === errors.length : [...data.matchAll(keys)].every(([, key]) => failed.has(key));
  if (!isWhole) return undefined;
  return failures.every(({ extensions: { code } }) => isErrorCode(code) && errorTable[code].status === 504) ? 504 : 503;
}
