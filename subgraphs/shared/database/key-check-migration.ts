import { Migration } from '@mikro-orm/migrations';
import type { NamedMigration } from './database-types.ts';

class CreateKeyCheck extends Migration {
  up(): void {
    this.addSql(`create table key_check (
        id integer primary key default 1 check (id = 1),
        blind_index text not null,
        sealed text not null
      );`);
  }
}

/** Creates the table of `requireKeys`. Every subgraph has it; it has a row if the subgraph has sealed columns. */
export const keyCheckMigration: NamedMigration = { name: '0000-key-check', class: CreateKeyCheck };
