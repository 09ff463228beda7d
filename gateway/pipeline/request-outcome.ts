import { errorTable, isErrorCode } from '#shared/errors/errors.ts';
import type { Settlement } from './outcome.ts';

export const requestOutcomes = ['ok', 'refused', 'cancelled', 'failed'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** `failed` is what the graph is to blame for: the only outcome that counts against the objective. */
export function outcomeOf({ status, errorCodes }: Pick<Settlement, 'status' | 'errorCodes'>): RequestOutcome {
  if (status === errorTable.REQUEST_CANCELLED.status) return 'cancelled';
  if (status >= 500 || errorCodes.some(isOfGraph)) return 'failed';
  return status === 200 ? 'ok' : 'refused';
}

/** Errors that a caller can't avoid by another request. */
export function isOfGraph(code: string): boolean {
  return isErrorCode(code) && errorTable[code].status >= 500;
}
