import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql, uuids } from '#shared/database/sql.ts';
import type { Duty } from '../domain/duty.ts';

interface DutyRow {
  readonly vehicleId: string;
  readonly driverId: string;
  readonly assignedAt: string;
  readonly startsAt: string;
  readonly endedAt: string | null;
}

/** Assignments of vehicles that may apply between two times, by vehicle. */
export async function dutiesOf(
  em: EntityManager,
  vehicleIds: readonly string[],
  from: Date,
  to: Date,
): Promise<Map<string, Duty[]>> {
  const rows = await query<DutyRow>(
    em,
    sql`select a.vehicle_id as "vehicleId", a.driver_id as "driverId", a.assigned_at as "assignedAt",
        least(a.starts_at, case when l.picked_up_at is not null then greatest(l.picked_up_at, a.assigned_at) end) as "startsAt",
        least(l.ended_at, a.released_at) as "endedAt"
      from assignment a left join load l using (shipment_id)
      where a.vehicle_id = any(${uuids(vehicleIds)}) and a.assigned_at <= ${to}::timestamptz
        and (l.ended_at is null or l.ended_at > ${from}::timestamptz - interval '1 day')
        and (a.released_at is null or a.released_at > ${from}::timestamptz - interval '1 day')`,
  );
  return Map.groupBy(rows.map(dutyOf), ({ vehicleId }) => vehicleId);
}

function dutyOf({ vehicleId, driverId, assignedAt, startsAt, endedAt }: DutyRow): Duty {
  return {
    vehicleId,
    driverId,
    assignedAt: Date.parse(assignedAt),
    startsAt: Date.parse(startsAt),
    endedAt: endedAt === null ? null : Date.parse(endedAt),
  };
}
