import { Migration } from '@mikro-orm/migrations';

/** Steps whose vehicle cannot have been at the reported place. */
export class MarkDoubtfulPlaces extends Migration {
  up(): void {
    this.addSql('alter table shipment_event add column doubtful boolean');
  }
}
