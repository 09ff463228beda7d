import { always, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import type { Reach } from '#shared/identity/reach.ts';

/** The assignments `t` within a reach. */
export function visibleAssignments(reach: Reach): Sql {
  return withinReach(reach, {
    driver: (id) => sql`t.driver_id = ${id}`,
    organization: (id) => sql`t.organization_id = ${id}`,
  });
}

/** The loads `t` within a reach. */
export function visibleLoads(reach: Reach): Sql {
  return withinReach(reach, {
    driver: (id) => sql`exists (select 1 from assignment a
      where a.shipment_id = t.shipment_id and a.driver_id = ${id} and a.state <> 'RELEASED')`,
    organization: (id) => sql`t.organization_id = ${id}`,
  });
}

/** The drivers `t` within a reach. Drivers see all of them, and customers those of their assignments. */
export function visibleDrivers(reach: Reach): Sql {
  return withinReach(reach, {
    driver: () => always,
    organization: (id) => sql`exists (select 1 from assignment a
      where a.organization_id = ${id} and a.driver_id = t.id and a.state <> 'RELEASED')`,
  });
}

/** The vehicles `t` within a reach. Drivers see all of them, and customers those of their assignments. */
export function visibleVehicles(reach: Reach): Sql {
  return withinReach(reach, {
    driver: () => always,
    organization: (id) => sql`exists (select 1 from assignment a
      where a.organization_id = ${id} and a.vehicle_id = t.id and a.state <> 'RELEASED')`,
  });
}
