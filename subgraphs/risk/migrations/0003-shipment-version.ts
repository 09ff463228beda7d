import { Migration } from '@mikro-orm/migrations';

/** Assessments store the version of the shipment that they are about. 0 stands for assessments of earlier releases. */
export class AddShipmentVersion extends Migration {
  up(): void {
    this.addSql('alter table assessment add column shipment_version integer not null default 0');
  }
}
