import { Migration } from '@mikro-orm/migrations';

/** Audit entries keep the client's id of the request and the client's address beside the gateway's id. */
export class AddAuditOrigin extends Migration {
  up(): void {
    this.addSql(`
      alter table audit_entry
        add column client_request_id text,
        add column client_address inet;
    `);
  }
}
