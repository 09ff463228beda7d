import { accountOf } from '#shared/graphql/context.ts';
import type { TrackingContext } from '../context.ts';
import { maxBatchSize, type PositionReport } from '../domain/report.ts';
import { reportPositions } from '../store/report.ts';

const emptyResult = { acceptedCount: 0, lateCount: 0, duplicateCount: 0, doubtful: [], refused: [] };

export async function report(
  _parent: unknown,
  { input: { positions } }: { input: { positions: readonly PositionReport[] } },
  context: TrackingContext,
) {
  const reporter = accountOf(context);
  if (positions.length < 1 || positions.length > maxBatchSize) {
    const message = `A batch must contain 1 to ${maxBatchSize} positions; got ${positions.length}.`;
    return { ...emptyResult, userErrors: [{ code: 'INVALID_INPUT', field: ['positions'], message }] };
  }
  const { em, transact, clock } = context;
  return { ...(await reportPositions(em, transact, reporter, positions, clock())), userErrors: [] };
}
