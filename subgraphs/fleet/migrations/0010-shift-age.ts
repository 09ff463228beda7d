import { Migration } from '@mikro-orm/migrations';

/** Finds old shifts: see retention.ts. */
export class IndexShiftAge extends Migration {
  up(): void {
    this.addSql('create index shift_ended_at on shift (ended_at) where ended_at is not null');
  }
}
