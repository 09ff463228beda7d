import { Migration } from '@mikro-orm/migrations';

/** What requests have cost, by day, owner, API key and document, and the last report of each gateway. */
export class CountUsage extends Migration {
  up(): void {
    this.addSql(`
      create table usage_day (
        day date not null,
        owner_id uuid not null,
        api_key_id uuid,
        document text,
        points bigint not null,
        requests bigint not null,
        refusals bigint not null,
        unique nulls not distinct (owner_id, day, api_key_id, document)
      );
      create index usage_day_day on usage_day (day);

      create table usage_report (
        gateway_id uuid primary key,
        sequence integer not null,
        at timestamptz not null
      );
      create index usage_report_at on usage_report (at);
    `);
  }
}
