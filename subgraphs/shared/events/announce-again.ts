import type { Migration } from '@mikro-orm/migrations';
import { PgBoss } from 'pg-boss';
import type { EntityManager } from '../database/database-types.ts';
import { jobsSchema } from '../database/jobs-schema.ts';
import { executeBound } from '../database/query.ts';
import { publishEvent } from './publish-event.ts';
import type { EventName, EventPayload } from './topics.ts';

/**
 * Sends events from a migration, in its transaction: for records of earlier releases, when subscribers of this release
 * store more of their events.
 */
export async function announceAgain<N extends EventName>(
  migration: Migration,
  name: N,
  payloads: readonly EventPayload<N>[],
): Promise<void> {
  if (payloads.length === 0) return; // a new database, whose queues need not exist yet
  const em = migration.getEntityManager() as EntityManager; // the product has no other driver
  const db = {
    executeSql: async (text: string, values: unknown[] = []) => ({ rows: await executeBound(em, text, values) }),
  };
  const boss = new PgBoss({ db, schema: jobsSchema, supervise: false, schedule: false, registerInstance: false });
  for (const payload of payloads) await publishEvent(boss, em, name, payload);
}
