import type { EntityManager } from '#shared/database/database.ts';
import { type Between, isDrivable, judgeLate, judgeNew, provenBy } from '../domain/plausibility.ts';
import type { Position } from '../domain/position.ts';
import { betweenNeighbours, doubtfulSince } from './neighbours.ts';

/** What a batch of positions tells about its vehicles. */
export interface Judgement {
  /** Plausible positions of each vehicle that are newer than its current one, in order of time. */
  readonly fresh: readonly Position[];
  /** Plausible positions that are older than the current one of their vehicle, in order of time. */
  readonly late: readonly Between<Position>[];
  /** Positions that the vehicle cannot have driven to. */
  readonly doubtful: ReadonlySet<Position>;
  /** Positions that were doubtful until others agreed with them. They are among `fresh`. */
  readonly proven: readonly Position[];
}

/**
 * Judges whether vehicles can have driven to the positions of a batch. Reads nothing while they can, and are new.
 * @param positions different ones, in order of time
 * @param current the current position of each vehicle
 */
export async function judgePositions(
  em: EntityManager,
  positions: readonly Position[],
  current: ReadonlyMap<string, Position | null>,
): Promise<Judgement> {
  const isNew = ({ vehicleId, recordedAt }: Position) => {
    const known = current.get(vehicleId);
    return !known || recordedAt > known.recordedAt;
  };
  const doubtful = new Set<Position>();
  const fresh: Position[] = [];
  const waiting: { last: Position; doubtful: readonly Position[] }[] = [];
  for (const [vehicleId, own] of byVehicle(positions.filter(isNew))) {
    const known = current.get(vehicleId) ?? null;
    const judged = judgeNew(known, own);
    fresh.push(...judged.plausible);
    for (const position of judged.doubtful) doubtful.add(position);
    const last = judged.plausible.at(-1) ?? known;
    const since = judged.doubtful.filter(({ recordedAt }) => !last || recordedAt > last.recordedAt);
    if (last && since.length > 0) waiting.push({ last, doubtful: since });
  }
  const proven = await findProven(em, waiting);
  for (const position of proven) doubtful.delete(position);

  const late: Between<Position>[] = [];
  const between = await betweenNeighbours(
    em,
    positions.filter((position) => !isNew(position)),
  );
  for (const own of Map.groupBy(between, ({ fix }) => fix.vehicleId).values()) {
    const judged = judgeLate(own);
    late.push(...judged.plausible);
    for (const { fix } of judged.doubtful) doubtful.add(fix);
  }
  return { fresh: [...fresh, ...proven], late, doubtful, proven };
}

async function findProven(
  em: EntityManager,
  waiting: readonly { readonly last: Position; readonly doubtful: readonly Position[] }[],
): Promise<Position[]> {
  const since = waiting.map(({ last: { vehicleId, recordedAt } }) => ({ vehicleId, at: recordedAt }));
  const stored = byVehicle(await doubtfulSince(em, since));
  return waiting.flatMap(({ last, doubtful }) => {
    const reported = new Set(doubtful.map(({ recordedAt }) => recordedAt.getTime()));
    const others = (stored.get(last.vehicleId) ?? []).filter(({ recordedAt }) => !reported.has(recordedAt.getTime()));
    return provenBy(
      [...others, ...doubtful].sort((left, right) => left.recordedAt.getTime() - right.recordedAt.getTime()),
    );
  });
}

function byVehicle(positions: readonly Position[]): Map<string, Position[]> {
  return Map.groupBy(positions, ({ vehicleId }) => vehicleId);
}

/**
 * Positions whose named driver was in another vehicle, too far away to have changed over.
 * @param named drivers that the batch names, each with the current position
 */
export function findDriversElsewhere(
  positions: readonly Position[],
  named: ReadonlyMap<string, Position | null>,
): Position[] {
  const lastOf = new Map(named);
  return positions.filter((position) => {
    const { driverId } = position;
    if (driverId === null || !lastOf.has(driverId)) return false;
    const last = lastOf.get(driverId);
    if (!last || position.recordedAt >= last.recordedAt) lastOf.set(driverId, position);
    return last != null && last.vehicleId !== position.vehicleId && !isDrivable(last, position);
  });
}
