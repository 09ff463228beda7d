import { Migration } from '@mikro-orm/migrations';

/**
 * Counts sign-in attempts by account and network, with the columns in the order that rate-limiter-flexible expects.
 * The audit trail records failed sign-ins. An entry for an unknown e-mail address has no target.
 */
export class CountPasswordTries extends Migration {
  up(): void {
    this.addSql(`
      drop table sign_in_attempts;
      create table password_try (
        key varchar(255) primary key,
        points int not null default 0,
        expire bigint
      );
      create index password_try_expire on password_try (expire);
      alter table audit_entry
        alter column target_kind drop not null,
        alter column target_id drop not null,
        add check ((target_kind is null) = (target_id is null));
      create index audit_entry_failed_sign_in on audit_entry (at) where action = 'SIGN_IN_FAILED';
    `);
  }
}
