import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import type { Columns } from '#shared/database/rows.ts';
import { type Sql, sql, uuids } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import type { Reach } from '#shared/identity/reach.ts';
import { isUuid } from '#shared/ids.ts';
import { type LoadState, underwayStates } from '../domain/load.ts';
import type { Assignment } from '../entities.ts';
import { assignmentRows } from './rows.ts';
import { visibleAssignments } from './visibility.ts';

/*
 * What vehicles and drivers do at this moment. The current assignment of a vehicle is the latest whose load is underway, or
 * else the one that reserves the vehicle now.
 */

const isUnderway = sql`exists (select 1 from load_state s
  where s.shipment_id = t.shipment_id and s.state = any(${underwayStates}::text[]))`;

/** The current assignments of vehicles, without regard to the caller. */
function currentAssignments(vehicleIds: readonly string[], now: Date): Sql {
  return sql`select distinct on (t.vehicle_id) t.* from assignment t
    where t.vehicle_id = any(${uuids(vehicleIds)}) and t.state = 'ACTIVE'
      and (${isUnderway} or (t.starts_at <= ${now} and t.ends_at > ${now}))
    order by t.vehicle_id, ${isUnderway} desc, t.starts_at desc`;
}

/** What a vehicle does now, as far as a caller may see it. */
export interface VehicleNow {
  readonly vehicleId: string;
  /** The driver of the latest open shift with it, or else of its current assignment. */
  readonly driverId: string | null;
  /** The shipment of its current assignment. */
  readonly shipmentId: string | null;
}

/**
 * What vehicles do now, in one statement. Drivers see themselves and their own shipments only, customers their own shipments
 * and who is assigned to them.
 */
export function vehiclesNow(
  em: EntityManager,
  reach: Reach,
  vehicleIds: readonly string[],
  now: Date,
): Promise<VehicleNow[]> {
  const ids = vehicleIds.filter(isUuid);
  const isVisible = withinReach(reach, {
    driver: (id) => sql`t.driver_id = ${id}`,
    organization: (id) => sql`exists (select 1 from current c
      where c.vehicle_id = t.vehicle_id and c.driver_id = t.driver_id and c.organization_id = ${id})`,
  });
  return query<VehicleNow>(
    em,
    sql`with current as (${currentAssignments(ids, now)}), driving as (
        select vehicle_id, driver_id, true as on_shift, started_at as since from shift
          where vehicle_id = any(${uuids(ids)}) and ended_at is null
        union all select vehicle_id, driver_id, false, starts_at from current
      ), at_the_wheel as (
        select distinct on (vehicle_id) vehicle_id, driver_id from driving order by vehicle_id, on_shift desc, since desc
      )
      select v.id as "vehicleId",
        (select t.driver_id from at_the_wheel t where t.vehicle_id = v.id and ${isVisible}) as "driverId",
        (select t.shipment_id from current t where t.vehicle_id = v.id and ${visibleAssignments(reach)}) as "shipmentId"
      from unnest(${uuids(ids)}) v (id)`,
  );
}

/** An assignment whose load is underway. */
export interface UnderwayAssignment extends Pick<Assignment, 'driverId'> {
  readonly reference: string;
  readonly loadState: LoadState;
}

/** The assignments of drivers whose loads are underway, within a reach, oldest first. One statement. */
export function underwayAssignmentsOf(
  em: EntityManager,
  reach: Reach,
  driverIds: readonly string[],
  columns: Columns,
): Promise<UnderwayAssignment[]> {
  const rows = assignmentRows.only(columns, ['driverId']);
  return rows.read<{ reference: string; loadState: LoadState }>(
    em,
    sql`select ${rows.columns('t')}, l.reference, s.state as "loadState"
      from assignment t join load l using (shipment_id) join load_state s using (shipment_id)
      where t.driver_id = any(${uuids(driverIds)}) and t.state = 'ACTIVE'
        and s.state = any(${underwayStates}::text[]) and ${visibleAssignments(reach)} order by t.starts_at`,
  );
}
