import { Migration } from '@mikro-orm/migrations';

/** Moves the audit entries to the schema of the audit trail, where this role can add and read them, but not change them. */
export class MoveAuditTrail extends Migration {
  up(): void {
    this.addSql(`
      insert into audit.entry
        (id, at, subgraph, action, actor_id, target_kind, target_id, changes, request_id, client_request_id, client_address)
        select id, at, 'access', action, actor_id, target_kind, target_id, changes, request_id, client_request_id, client_address
          from audit_entry order by at, id;
      drop table audit_entry;
    `);
  }
}
