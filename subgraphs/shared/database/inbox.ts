import { Migration } from '@mikro-orm/migrations';
import type { EntityManager, NamedMigration } from './database-types.ts';
import { query } from './query.ts';
import { sql } from './sql.ts';

class CreateInbox extends Migration {
  up(): void {
    this.addSql(`create table processed_event (event_id uuid primary key, processed_at timestamptz not null default now());
      create table seeded (seed integer not null, seeded_at timestamptz not null default now());
      create index processed_event_processed_at on processed_event (processed_at);`);
  }
}

/** Creates the table of handled events. Every subgraph has it. */
export const inboxMigration: NamedMigration = { name: '0000-inbox', class: CreateInbox };

/**
 * Records an event in the transaction that handles it. Queues deliver at least once.
 * @returns false if the event was handled before
 */
export async function takeOnce(em: EntityManager, eventId: string): Promise<boolean> {
  const rows = await query(
    em,
    sql`insert into processed_event (event_id) values (${eventId}) on conflict do nothing returning event_id`,
  );
  return rows.length === 1;
}
