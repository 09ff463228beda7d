import type { EntityManager } from '#shared/database/database.ts';
import { sql } from '#shared/database/sql.ts';
import type { Between } from '../domain/plausibility.ts';
import type { Position } from '../domain/position.ts';
import { positionRows } from './rows.ts';

/** Most doubtful positions of one vehicle that are weighed: ten minutes of one per second, and some more. */
const maxDoubtful = 700;

/** Late positions, each with the plausible positions that are stored before and after it. */
export async function betweenNeighbours(em: EntityManager, late: readonly Position[]): Promise<Between<Position>[]> {
  if (late.length === 0) return [];
  const given = JSON.stringify(late.map(({ vehicleId, recordedAt }, n) => ({ n, vehicleId, at: recordedAt })));
  const rows = await positionRows.read<{ n: number; isBefore: boolean }>(
    em,
    sql`with given as (select * from json_to_recordset(${given}::json) as given (n int, "vehicleId" uuid, at timestamptz))
      select given.n, true as "isBefore", ${positionRows.columns('t')} from given cross join lateral (
        select * from position_history h where h.vehicle_id = "vehicleId" and h.recorded_at < given.at and not h.doubtful
        order by h.recorded_at desc limit 1) t
      union all
      select given.n, false, ${positionRows.columns('t')} from given cross join lateral (
        select * from position_history h where h.vehicle_id = "vehicleId" and h.recorded_at > given.at and not h.doubtful
        order by h.recorded_at limit 1) t`,
  );
  const before = new Map(rows.filter(({ isBefore }) => isBefore).map((row) => [row.n, row]));
  const after = new Map(rows.filter(({ isBefore }) => !isBefore).map((row) => [row.n, row]));
  return late.map((fix, n) => ({ fix, before: before.get(n) ?? null, after: after.get(n) ?? null }));
}

/** Stored doubtful positions of vehicles since their last plausible one, in order of time. */
export async function doubtfulSince(
  em: EntityManager,
  since: readonly { readonly vehicleId: string; readonly at: Date }[],
): Promise<Position[]> {
  if (since.length === 0) return [];
  return positionRows.read(
    em,
    sql`select ${positionRows.columns('t')}
      from json_to_recordset(${JSON.stringify(since)}::json) as given ("vehicleId" uuid, at timestamptz)
      cross join lateral (
        select * from position_history h where h.vehicle_id = "vehicleId" and h.recorded_at > given.at and h.doubtful
        order by h.recorded_at desc limit ${maxDoubtful}) t
      order by t.recorded_at`,
  );
}
