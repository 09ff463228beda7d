import type { EntityManager } from '#shared/database/database.ts';
import { type Crossing, detectCrossings } from '../domain/crossings.ts';
import { fillGap, type Gap, gapsOf, type Recorded } from '../domain/late-crossings.ts';
import type { Between } from '../domain/plausibility.ts';
import type { Position } from '../domain/position.ts';
import {
  crossingsSince,
  fencesNear,
  type Presence,
  presences,
  type RecordedCrossing,
  removeEvents,
  writeEvents,
  writePresences,
} from './crossing-tables.ts';

/** Plausible positions of a batch. */
export interface Movement {
  /** Positions newer than the current one of their vehicle. */
  readonly fresh: readonly Position[];
  readonly late: readonly Between<Position>[];
  /** The current position of each vehicle before. Null for a vehicle that never reported. */
  readonly before: ReadonlyMap<string, Position | null>;
}

/** Finds and stores the ENTER and EXIT events of a batch, and which vehicles are inside which fences afterwards. */
export async function recordCrossings(em: EntityManager, { fresh, late, before }: Movement): Promise<void> {
  if (fresh.length === 0 && late.length === 0) return;
  const byVehicle = Map.groupBy(fresh, ({ vehicleId }) => vehicleId);
  const gaps = [...Map.groupBy(late, ({ fix }) => fix.vehicleId).values()].flatMap(gapsOf);
  const vehicleIds = new Set([...byVehicle.keys(), ...late.map(({ fix }) => fix.vehicleId)]);
  const inside = await presences(em, [...vehicleIds]);
  const recorded = await crossingsSince(
    em,
    gaps.flatMap((gap) => positionsOf(gap)[0] ?? []),
  );
  const known = [...[...inside.values()].flatMap((ids) => [...ids]), ...recorded.map(({ geofenceId }) => geofenceId)];
  const fences = await fencesNear(em, [...fresh, ...gaps.flatMap(positionsOf)], [...new Set(known)]);
  if (fences.size === 0) return;
  const all = [...fences.values()];
  const crossings: Crossing<Position>[] = [];
  const entered: (Presence & { since: Date })[] = [];
  const left: Presence[] = [];
  for (const [vehicleId, positions] of byVehicle) {
    const was = inside.get(vehicleId) ?? new Set<string>();
    const passage = detectCrossings(all, before.get(vehicleId) ? was : null, positions);
    crossings.push(...passage.crossings);
    const since = positions.at(-1)?.recordedAt ?? new Date(0);
    for (const id of passage.inside.difference(was)) entered.push({ vehicleId, geofenceId: id, since });
    for (const id of was.difference(passage.inside)) left.push({ vehicleId, geofenceId: id });
  }
  const wrong: string[] = [];
  for (const gap of gaps) {
    const vehicleId = gap.late[0]?.vehicleId ?? '';
    const own = recorded.filter((event) => event.vehicleId === vehicleId);
    const correction = fillGap(all, gap, recordOf(own, inside.get(vehicleId) ?? new Set()));
    crossings.push(...correction.found);
    for (const { fenceId, at } of correction.wrong)
      wrong.push(
        ...own.filter((event) => event.geofenceId === fenceId && event.at === at.getTime()).map(({ id }) => id),
      );
  }
  await writePresences(em, entered, left);
  await removeEvents(em, wrong);
  await writeEvents(em, crossings, fences);
}

function positionsOf({ before, late, after }: Gap<Position>): Position[] {
  return [...(before ? [before] : []), ...late, ...(after ? [after] : [])];
}

/** What one vehicle's crossings, in order of time, and the fences that it is in now tell. */
function recordOf(crossings: readonly RecordedCrossing[], inside: ReadonlySet<string>): Recorded {
  return {
    wasInside(fenceId, at) {
      const next = crossings.find((crossing) => crossing.geofenceId === fenceId && crossing.at > at.getTime());
      return next ? next.kind === 'EXIT' : inside.has(fenceId);
    },
    crossingAt: (fenceId, at) =>
      crossings.find((crossing) => crossing.geofenceId === fenceId && crossing.at === at.getTime())?.kind,
  };
}
