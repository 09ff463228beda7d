import { Migration } from '@mikro-orm/migrations';

/** Counts refusals of the running minutes. When a minute is over, its counts move to the audit trail. */
export class CountRefusals extends Migration {
  up(): void {
    this.addSql(`
      create table refusal_count (
        id uuid not null,
        minute timestamptz(0) not null,
        caller text not null,
        code text not null,
        count int not null,
        operation text,
        document_id text,
        request_id text not null,
        primary key (minute, caller, code)
      );
    `);
  }
}
