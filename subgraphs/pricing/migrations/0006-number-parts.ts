import { Migration } from '@mikro-orm/migrations';

/** Invoices are found by the beginning of their number, and of the serial number within it. */
export class IndexNumberParts extends Migration {
  up(): void {
    this.addSql(`
      create index invoice_number_start on invoice (number collate "C");
      create index invoice_serial_start on invoice (substr(number, 10) collate "C");
    `);
  }
}
