import { Migration } from '@mikro-orm/migrations';

/** Finds all bookings of an account, to erase the personal data in them. */
export class IndexBookingsOfAccount extends Migration {
  up(): void {
    this.addSql('create index booking_account on booking (account_id)');
  }
}
