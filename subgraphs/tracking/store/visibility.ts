import { raw, type Sql, sql } from '#shared/database/sql.ts';
import { withinReach } from '#shared/database/within-reach.ts';
import { hasScope, type Identity } from '#shared/identity/identity.ts';
import { type Reach, reachOf } from '#shared/identity/reach.ts';

/** Whose positions an identity may see. An API key without the scope sees none. */
export function trackingReach(identity: Identity): Reach {
  return hasScope(identity, 'tracking:read') ? reachOf(identity) : { kind: 'NONE' };
}

/**
 * The rows `t` of a position table within a reach. Drivers see the positions of their drives. Customers and partners see
 * those of vehicles that carry their loads, from pickup to delivery.
 * @param of the column that connects a position with a carriage
 */
export function visiblePositions(reach: Reach, of: 'vehicle_id' | 'driver_id'): Sql {
  const column = raw(of);
  return withinReach(reach, {
    driver: (id) => sql`t.driver_id = ${id}`,
    organization: (id) =>
      sql`exists (select from carriage c where c.${column} = t.${column} and c.organization_id = ${id}
        and c.to_at is null and t.recorded_at >= c.from_at)`,
  });
}

/** The rows of the view `carriage c` within a reach. Customers and partners see them while the load is on the road. */
export function visibleCarriages(reach: Reach): Sql {
  return withinReach(reach, {
    driver: (id) => sql`c.driver_id = ${id}`,
    organization: (id) => sql`c.organization_id = ${id} and c.to_at is null`,
  });
}

/** Only staff see geofences and their events. */
export function visibleGeofences(reach: Reach): Sql {
  return withinReach(reach, {});
}
