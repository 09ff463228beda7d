import { Migration } from '@mikro-orm/migrations';

/** The documents of all owners are listed by their age, too. */
export class IndexDocumentsByAge extends Migration {
  up(): void {
    this.addSql('create index trusted_document_of_all_by_age on trusted_document (registered_at, id);');
  }
}
