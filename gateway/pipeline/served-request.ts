import { errorTable } from '#shared/errors/errors.ts';
import type { ServedRequest } from '../supergraph/canary/trials.ts';
import type { Settlement } from './outcome.ts';
import { isOfGraph } from './request-outcome.ts';

/**
 * Says whether a request failed because of the graph. Undefined for what says nothing about a supergraph: streams, cancelled requests, and requests that
 * were refused before a supergraph was chosen.
 */
export function toServedRequest({
  generation,
  form,
  status,
  errorCodes,
  startedAt,
}: Settlement): ServedRequest | undefined {
  if (!generation || (form !== undefined && form !== 'single')) return undefined;
  if (status === errorTable.REQUEST_CANCELLED.status) return undefined;
  return { generation, hasFailed: errorCodes.some(isOfGraph), milliseconds: performance.now() - startedAt };
}
