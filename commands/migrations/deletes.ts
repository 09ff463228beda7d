import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { raw } from '#shared/database/sql.ts';

/** Records which tables of a schema lose rows from now on. PostgreSQL fires these triggers for statements that find no row, too, so that empty tables suffice. */
export async function recordDeletes(em: EntityManager, schema: string): Promise<void> {
  await em.execute(`
    create table ${schema}.recorded_delete (what text);
    create function ${schema}.record_delete() returns trigger language plpgsql as $body$
      begin
        insert into ${schema}.recorded_delete values (tg_table_name);
        return null;
      end
    $body$;
    do $body$
      declare found regclass;
      begin
        for found in
          select oid from pg_class
          where relnamespace = to_regnamespace('${schema}') and relkind in ('r', 'p') and relname <> 'recorded_delete'
        loop
          execute format('create trigger record_delete before delete or truncate on %s
            for each statement execute function ${schema}.record_delete()', found);
        end loop;
      end
    $body$;
  `);
}

/** Ends the record without a trace. @returns names of the tables from which a statement deleted rows, or which it truncated */
export async function takeDeletes(em: EntityManager, schema: string): Promise<readonly string[]> {
  const found = await query<{ what: string }>(
    em,
    raw(`select distinct what from ${schema}.recorded_delete order by what`),
  );
  await em.execute(`drop function ${schema}.record_delete cascade; drop table ${schema}.recorded_delete;`);
  return found.map(({ what }) => what);
}
