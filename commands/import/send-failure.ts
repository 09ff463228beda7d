import { ConfigurationError } from '#shared/runtime/config.ts';
import type { GraphFailure } from '../../client/graph-failure.ts';
import type { ImportRow } from './kinds/kind.ts';
import type { RefusedRow } from './refusal.ts';

/** The shipments subgraph accepts a new organization only after its event has arrived. */
export const organizationAttempts = 20;

/** The refusal of a row for which a request failed. @throws ConfigurationError when the row can't be the cause */
export function failureOf({ line, sourceReference }: ImportRow, failure: GraphFailure): RefusedRow {
  requireDueToRows(failure);
  const code = failure.code === 'INTERNAL_SERVER_ERROR' ? failure.code : 'INVALID_INPUT';
  return { line, sourceReference, code, field: '', value: '', message: failure.message };
}

/** Passes when single rows may cause the failure: invalid values, a large request, a row for which the graph fails. */
export function requireDueToRows({ code, message }: GraphFailure): void {
  if (['BAD_USER_INPUT', 'BAD_REQUEST', 'INTERNAL_SERVER_ERROR'].includes(code)) return;
  throw new ConfigurationError(`import: ${message}`);
}

/** Stops an import for whose every row the graph fails. @throws ConfigurationError */
export function requireSomeSuccess(rows: readonly ImportRow[], refused: readonly RefusedRow[]): void {
  const [first] = refused;
  const failed = refused.filter(({ code }) => code === 'INTERNAL_SERVER_ERROR').length;
  if (first && failed === rows.length) {
    throw new ConfigurationError(`import: the graph fails for every row: ${first.message}`);
  }
}
