import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/**
 * Whoever changes a geofence also settles which vehicles are inside it. Reporters share this lock and the change takes it
 * alone: no position can fall between the two and be taken for an ENTER that nobody drove.
 */
const key = 7_406_001;

export async function shareGeofences(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock_shared(${key})`);
}

export async function ownGeofences(em: EntityManager): Promise<void> {
  await query(em, sql`select pg_advisory_xact_lock(${key})`);
}
