import type { EntityManager } from '#shared/database/database.ts';
import type { Duty } from '../domain/duty.ts';
import { uuidArray } from './sql.ts';

interface DutyRow {
  readonly vehicle_id: string;
  readonly driver_id: string;
  readonly assigned_at: string;
  readonly starts_at: string;
  readonly ended_at: string | null;
}

/** Assignments of vehicles that may matter between two times, by vehicle. */
export async function dutiesOf(
  em: EntityManager,
  vehicleIds: Iterable<string>,
  from: Date,
  to: Date,
): Promise<Map<string, Duty[]>> {
  const rows = await em.execute<DutyRow[]>(
    `select a.vehicle_id, a.driver_id, a.assigned_at,
       least(a.starts_at, case when l.picked_up_at is not null then greatest(l.picked_up_at, a.assigned_at) end) as starts_at,
       least(l.ended_at, a.released_at) as ended_at
     from assignment a left join load l using (shipment_id)
     where a.vehicle_id = any(?::uuid[]) and a.assigned_at <= ?::timestamptz
       and (l.ended_at is null or l.ended_at > ?::timestamptz - interval '1 day')
       and (a.released_at is null or a.released_at > ?::timestamptz - interval '1 day')`,
    [uuidArray(vehicleIds), to, from, from],
  );
  return Map.groupBy(rows.map(dutyOf), (duty) => duty.vehicleId);
}

function dutyOf(row: DutyRow): Duty {
  return {
    vehicleId: row.vehicle_id,
    driverId: row.driver_id,
    assignedAt: Date.parse(row.assigned_at),
    startsAt: Date.parse(row.starts_at),
    endedAt: row.ended_at === null ? null : Date.parse(row.ended_at),
  };
}
