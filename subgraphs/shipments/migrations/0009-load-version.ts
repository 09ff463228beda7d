import { Migration } from '@mikro-orm/migrations';

/** The version at which the load of a shipment last changed: offers for an earlier one are void. */
export class AddLoadVersion extends Migration {
  up(): void {
    this.addSql('alter table shipment add column load_version integer');
  }
}
