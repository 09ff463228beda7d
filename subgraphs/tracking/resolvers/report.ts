import { accountOf } from '#shared/graphql/context.ts';
import { ageOf } from '#shared/ids.ts';
import type { TrackingContext } from '../context.ts';
import { maxBatchSize, type PositionReport } from '../domain/report.ts';
import { reportPositions } from '../store/report.ts';

/** Vehicles and drivers that have just been registered, and which this subgraph may not know yet. */
const newMs = 30_000;

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
  await context.catchUp(newcomers(positions, clock()));
  return { ...(await reportPositions(em, transact, reporter, positions, clock())), userErrors: [] };
}

function newcomers(positions: readonly PositionReport[], now: Date): readonly string[] {
  const ids = new Set(positions.flatMap(({ vehicleId, driverId }) => [vehicleId, driverId ?? []].flat()));
  return [...ids].filter((id) => Math.abs(ageOf(id, now.getTime())) < newMs);
}
