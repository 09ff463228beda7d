import { Migration } from '@mikro-orm/migrations';

export class CreateSubgraphName extends Migration {
  up(): void {
    this.addSql(`
      create table sample_record (id uuid primary key, name text not null);
      create index sample_record_name on sample_record (name, id);
    `);
  }
}
