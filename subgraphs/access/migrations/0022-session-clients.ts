import { Migration } from '@mikro-orm/migrations';

/** Adds from where a session was used last. Null for sessions that were not refreshed since. */
export class AddSessionClients extends Migration {
  up(): void {
    this.addSql('alter table session add column client_network text, add column client_name text;');
  }
}
