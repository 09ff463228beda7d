import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/**
 * A change of a geofence also stores which vehicles are inside it. Reports share this lock and a change takes it alone.
 * So no position can be stored in between and make an ENTER although the vehicle did not move into the geofence.
 */
const key = 7_406_001;

export async function shareGeofences(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock_shared(${key})`);
}

export async function ownGeofences(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock(${key})`);
}
