import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { isDrivable } from '../domain/plausibility.ts';
import type { Position } from '../domain/position.ts';
import type { PositionDoubt, PositionRefusal } from '../domain/report.ts';
import { recordCrossings } from './crossings.ts';
import { findDriversElsewhere, judgePositions } from './judge.ts';
import type { Known } from './known.ts';
import { addToHistory, clearDoubts, keyOf, moveForward, storedAt } from './position-writes.ts';
import { tellPlaces } from './tell-places.ts';

export interface Checked {
  readonly index: number;
  readonly position: Position;
}

export interface ReportOutcome {
  /** Positions added to the history. */
  readonly acceptedCount: number;
  /** Number of these that were older than the current position, so that they moved no vehicle. */
  readonly lateCount: number;
  /** Positions that were already stored, for example by an earlier report of the same batch. */
  readonly duplicateCount: number;
  /** Added positions that cannot be true. */
  readonly doubtful: readonly PositionDoubt[];
  readonly refused: readonly PositionRefusal[];
}

/** Stores checked positions of a batch: the history, the crossings of geofences, and the current positions. */
export async function storePositions(
  transaction: Transaction,
  checked: readonly Checked[],
  known: Known,
  now: Date,
): Promise<ReportOutcome> {
  const { em } = transaction;
  const first = firstOfEach(checked);
  const positions = [...first.values()].map(({ position }) => position).sort(byTime);
  const { fresh, late, doubtful, proven } = await judgePositions(em, positions, known.vehicles);
  const accepted = await addToHistory(em, positions, doubtful);
  await clearDoubts(em, proven);

  const added = new Set<Position>([...accepted, ...proven]);
  const moved = fresh.filter((position) => added.has(position));
  const lateAdded = late.filter(({ fix }) => added.has(fix));
  await recordCrossings(em, { fresh: moved, late: lateAdded, before: known.vehicles });
  const plausible = [...moved, ...lateAdded.map(({ fix }) => fix)].sort(byTime);
  await tellPlaces(transaction, await moveForward(transaction, plausible, moved), known.toldAt, now);

  const refused = checked.length === accepted.length ? [] : await refuseOtherPlaces(em, checked, added);
  return {
    acceptedCount: accepted.length,
    lateCount: accepted.filter((position) => isLate(position, known)).length,
    duplicateCount: checked.length - accepted.length - refused.length,
    doubtful: tellDoubts(checked, accepted, doubtful, known),
    refused,
  };
}

/** Of several positions of one vehicle at one time, the first of the batch. */
function firstOfEach(checked: readonly Checked[]): Map<string, Checked> {
  return new Map(checked.toReversed().map((own) => [keyOf(own.position), own]));
}

function byTime(left: Position, right: Position): number {
  return left.recordedAt.getTime() - right.recordedAt.getTime();
}

function isLate({ vehicleId, recordedAt }: Position, { vehicles }: Known): boolean {
  const current = vehicles.get(vehicleId);
  return current != null && recordedAt <= current.recordedAt;
}

/** Refuses positions whose vehicle has another place at the same time, in the history or in this batch. */
async function refuseOtherPlaces(
  em: EntityManager,
  checked: readonly Checked[],
  added: ReadonlySet<Position>,
): Promise<PositionRefusal[]> {
  const rejected = checked.filter(({ position }) => !added.has(position));
  const inBatch = [...added].map((own) => [keyOf(own), own] as const);
  const inHistory = await storedAt(
    em,
    rejected.map(({ position }) => position),
  );
  const known = new Map([...inHistory, ...inBatch]);
  const message =
    'Another position of this vehicle has the same time and another place. Check whether two devices report for it.';
  return rejected.flatMap(({ index, position }) => {
    const other = known.get(keyOf(position));
    return other && !isDrivable(other, position) ? [{ index, code: 'TWO_PLACES', message }] : [];
  });
}

function tellDoubts(
  checked: readonly Checked[],
  accepted: readonly Position[],
  tooFast: ReadonlySet<Position>,
  { drivers }: Known,
): PositionDoubt[] {
  const elsewhere = new Set(drivers.size === 0 ? [] : findDriversElsewhere(accepted, drivers));
  if (tooFast.size === 0 && elsewhere.size === 0) return [];
  const stored = new Set(accepted);
  return checked.flatMap(({ index, position }) => {
    if (!stored.has(position)) return [];
    return [
      ...(tooFast.has(position) ? [tooFastAt(index)] : []),
      ...(elsewhere.has(position) ? [driverElsewhere(index)] : []),
    ];
  });
}

function tooFastAt(index: number): PositionDoubt {
  const message =
    'The vehicle cannot have driven here: it would have been faster than 250 km/h. The position is stored, but it moves nothing.';
  return { index, code: 'TOO_FAST', message };
}

function driverElsewhere(index: number): PositionDoubt {
  const message =
    'The driver was in another vehicle, too far away to have changed over. Check who drives which vehicle.';
  return { index, code: 'DRIVER_ELSEWHERE', message };
}
