import { Migration } from '@mikro-orm/migrations';

/**
 * Says whether a call has begun. A claimed call that has not begun has changed nothing. Calls of before may have begun with their claim. Only a call
 * that has begun has a response.
 */
export class AddBegunCalls extends Migration {
  up(): void {
    this.addSql(`
      alter table idempotent_call add column begun boolean not null default true;
      alter table idempotent_call add check (begun or status is null);
    `);
  }
}
