import { Migration } from '@mikro-orm/migrations';

/** Supergraphs that gateways load although they damage documents. Gateways get them with the access snapshot. */
export class AddAcceptedSupergraphs extends Migration {
  up(): void {
    this.addSql(`
      create table accepted_supergraph (
        hash text primary key,
        reason text not null,
        accepted_by uuid not null references account (id),
        accepted_at timestamptz(3) not null
      );
      insert into access_version (part, version)
        values ('supergraphs', (extract(epoch from clock_timestamp()) * 1000)::bigint);
      create constraint trigger accepted_supergraph_version after insert or update on accepted_supergraph
        deferrable initially deferred for each row execute function raise_access_version('supergraphs');
    `);
  }
}
