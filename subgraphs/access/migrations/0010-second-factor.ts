import { Migration } from '@mikro-orm/migrations';

/** Adds second factors, their recovery codes, challenges of sign-ins, and when a session gave its last code. */
export class AddSecondFactor extends Migration {
  up(): void {
    this.addSql(`
      create table second_factor (
        account_id uuid primary key references account (id),
        secret text not null,
        created_at timestamptz(3) not null,
        confirmed_at timestamptz(3),
        last_step bigint not null default 0,
        failures int not null default 0,
        blocked_until timestamptz(3)
      );

      create table recovery_code (
        account_id uuid not null references second_factor (account_id) on delete cascade,
        hash text not null,
        used_at timestamptz(3),
        primary key (account_id, hash)
      );

      create table sign_in_challenge (
        id uuid primary key,
        account_id uuid not null references account (id),
        expires_at timestamptz(3) not null,
        failures int not null default 0
      );
      create index sign_in_challenge_account on sign_in_challenge (account_id);
      create index sign_in_challenge_expires_at on sign_in_challenge (expires_at);

      alter table session add column code_at timestamptz(3);
    `);
  }
}
