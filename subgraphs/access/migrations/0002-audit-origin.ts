import { Migration } from '@mikro-orm/migrations';

/** Audit entries also get the client's request id and the client's address. */
export class AddAuditOrigin extends Migration {
  up(): void {
    this.addSql(`
      alter table audit_entry
        add column client_request_id text,
        add column client_address inet;
    `);
  }
}
