import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/** A part of a schema on which code may rely. */
export interface Fact {
  readonly kind: 'table' | 'column' | 'constraint' | 'unique index' | 'trigger' | 'function' | 'enum value';
  /** Such as `shipment.lane`. */
  readonly name: string;
  /** The table that it belongs to, where it does. */
  readonly table: string | null;
  readonly definition: string;
  /** Of a column: whether it must not be null, and whether PostgreSQL fills it in. */
  readonly isRequired: boolean;
  readonly isFilled: boolean;
}

export type Catalog = ReadonlyMap<string, Fact>;

const keyOf = ({ kind, name }: Fact): string => `${kind} ${name}`;

/** Reads the tables of a schema, partitions apart, with all that PostgreSQL enforces on them. */
export async function readCatalog(em: EntityManager, schema: string): Promise<Catalog> {
  const facts = await query<Fact>(
    em,
    sql`with relation as (
      select oid, relname, relkind from pg_class
      where relnamespace = to_regnamespace(${schema}) and relkind in ('r', 'p', 'v', 'm') and not relispartition
    )
    select 'table' as kind, relname as name, relname as table, relkind::text as definition,
        false as "isRequired", false as "isFilled"
      from relation
    union all
    select 'column', relname || '.' || attname, relname,
        format_type(atttypid, atttypmod) || coalesce(' ' || nullif(attgenerated::text, ''), ''),
        attnotnull, atthasdef or attidentity <> ''
      from relation join pg_attribute on attrelid = relation.oid where attnum > 0 and not attisdropped
    union all
    select 'constraint', relname || '.' || conname, relname, pg_get_constraintdef(pg_constraint.oid), false, false
      from relation join pg_constraint on conrelid = relation.oid where contype in ('c', 'f', 'x')
    union all
    select 'unique index', relname || '.' || indexed.name, relname, indexed.definition, false, false
      from relation join lateral (
        select pg_class.relname as name, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') as definition
        from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = relation.oid and indisunique
      ) indexed on true
    union all
    select 'trigger', relname || '.' || tgname, relname, pg_get_triggerdef(pg_trigger.oid), false, false
      from relation join pg_trigger on tgrelid = relation.oid where not tgisinternal
    union all
    select 'function', proname || '(' || pg_get_function_identity_arguments(oid) || ')', null,
        pg_get_function_result(oid), false, false
      from pg_proc where pronamespace = to_regnamespace(${schema})
    union all
    select 'enum value', typname || '.' || enumlabel, null, '', false, false
      from pg_enum join pg_type on pg_type.oid = enumtypid where typnamespace = to_regnamespace(${schema})`,
  );
  return new Map(facts.map((fact) => [keyOf(fact), fact]));
}
