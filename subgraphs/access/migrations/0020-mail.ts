import { Migration } from '@mikro-orm/migrations';

/** Adds mails that wait to be sent, and requests to reset a password. */
export class AddMail extends Migration {
  up(): void {
    this.addSql(`
      create table outgoing_mail (
        id uuid primary key,
        sealed text not null,
        is_decoy boolean not null,
        attempts int not null default 0,
        due_at timestamptz(3) not null,
        expires_at timestamptz(3) not null
      );
      create index outgoing_mail_due_at on outgoing_mail (due_at);

      create table password_reset (
        account_id uuid primary key references account (id),
        token_hash text not null unique,
        expires_at timestamptz(3) not null
      );
    `);
  }
}
