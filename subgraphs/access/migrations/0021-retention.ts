import { Migration } from '@mikro-orm/migrations';

/** Finds what has expired: see retention.ts. */
export class IndexExpiry extends Migration {
  up(): void {
    this.addSql(`
      create index outgoing_mail_expires_at on outgoing_mail (expires_at);
      create index password_reset_expires_at on password_reset (expires_at);
    `);
  }
}
