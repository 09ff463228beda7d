import { Migration } from '@mikro-orm/migrations';
import type { NamedMigration } from './database-types.ts';

class CreateChore extends Migration {
  up(): void {
    this.addSql(`create table chore (
        name text primary key,
        due_at timestamptz not null,
        claimed_by uuid,
        claimed_until timestamptz,
        succeeded_at timestamptz not null default now(),
        failures integer not null default 0
      ) with (fillfactor = 50);`);
  }
}

/** Creates the table of `ChoreClaims`. Every subgraph has it. */
export const choreMigration: NamedMigration = { name: '0000-chore', class: CreateChore };
