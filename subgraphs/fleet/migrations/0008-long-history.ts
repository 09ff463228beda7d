import { Migration } from '@mikro-orm/migrations';

/** Boards and totals of drivers are read from indexes alone, however many past weeks there are. */
export class IndexLongHistory extends Migration {
  up(): void {
    this.addSql(`
      alter table score_tally drop constraint score_tally_pkey, add primary key (period, starts_at, driver_id);
      drop index score_tally_board;
      create index score_tally_board on score_tally (period, starts_at, points desc, driver_id desc) include (deliveries, on_time);
      create index score_tally_total on score_tally (driver_id) include (starts_at, points) where period = 'ALL_TIME';
    `);
  }
}
