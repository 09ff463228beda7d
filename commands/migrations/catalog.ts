import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';

/** A part of a schema on which code may rely. */
export interface Fact {
  readonly kind:
    | 'table'
    | 'partition'
    | 'column'
    | 'constraint'
    | 'unique index'
    | 'trigger'
    | 'policy'
    | 'grant'
    | 'function'
    | 'enum value';
  /** Such as `shipment.lane`. */
  readonly name: string;
  /** The table that it belongs to, where it does. */
  readonly table: string | null;
  readonly definition: string;
  /** Of a column: whether it must not be null, and whether PostgreSQL fills it in. */
  readonly isRequired: boolean;
  readonly isFilled: boolean;
  /** Of a table, partition or column: another one under the same name has another id, and none of the former values. */
  readonly id: number | null;
}

export type Catalog = ReadonlyMap<string, Fact>;

const keyOf = ({ kind, name }: Fact): string => `${kind} ${name}`;

/** Reads the tables of a schema with all that PostgreSQL enforces on them. A partition is part of its table. */
export async function readCatalog(em: EntityManager, schema: string): Promise<Catalog> {
  const facts = await query<Fact>(
    em,
    sql`with relation as (
      select oid, relname, relkind, relrowsecurity, relforcerowsecurity, relowner, relacl from pg_class
      where relnamespace = to_regnamespace(${schema}) and relkind in ('r', 'p', 'v', 'm') and not relispartition
    ), granted as (
      select relname as object, relname as table, acl
        from relation, aclexplode(coalesce(relacl, acldefault('r', relowner))) acl
      union all
      select relname || '.' || attname, relname, acl
        from relation join pg_attribute on attrelid = relation.oid, aclexplode(attacl) acl where not attisdropped
    )
    select 'table' as kind, relname as name, relname as table, relkind::text
          || case when relrowsecurity then ', row security' else '' end
          || case when relforcerowsecurity then ', forced for the owner' else '' end as definition,
        false as "isRequired", false as "isFilled", oid::bigint::float as id
      from relation
    union all
    select 'partition', relname, null, '', false, false, oid::bigint::float
      from pg_class where relnamespace = to_regnamespace(${schema}) and relkind in ('r', 'p') and relispartition
    union all
    select 'column', relname || '.' || attname, relname,
        format_type(atttypid, atttypmod) || coalesce(' ' || nullif(attgenerated::text, ''), ''),
        attnotnull, atthasdef or attidentity <> '', attnum
      from relation join pg_attribute on attrelid = relation.oid where attnum > 0 and not attisdropped
    union all
    select 'constraint', relname || '.' || conname, relname, pg_get_constraintdef(pg_constraint.oid), false, false, null
      from relation join pg_constraint on conrelid = relation.oid where contype in ('c', 'f', 'x')
    union all
    select 'unique index', relname || '.' || indexed.name, relname, indexed.definition, false, false, null
      from relation join lateral (
        select pg_class.relname as name, regexp_replace(pg_get_indexdef(indexrelid), '^.* USING ', '') as definition
        from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = relation.oid and indisunique
      ) indexed on true
    union all
    select 'trigger', relname || '.' || tgname, relname, pg_get_triggerdef(pg_trigger.oid), false, false, null
      from relation join pg_trigger on tgrelid = relation.oid where not tgisinternal
    union all
    select 'policy', relname || '.' || polname, relname,
        concat_ws(' ', polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), 'with',
          pg_get_expr(polwithcheck, polrelid)), false, false, null
      from relation join pg_policy on polrelid = relation.oid
    union all
    select 'grant', object || ': ' || (acl).privilege_type || ' to ' ||
        case (acl).grantee when 0 then 'public' else (acl).grantee::regrole::text end, "table", '', false, false, null
      from granted
    union all
    select 'function', proname || '(' || pg_get_function_identity_arguments(oid) || ')', null,
        case when prokind in ('f', 'p') then pg_get_functiondef(oid) else pg_get_function_result(oid) end
          || ' ' || coalesce(proacl, acldefault('f', proowner))::text, false, false, null
      from pg_proc where pronamespace = to_regnamespace(${schema})
    union all
    select 'enum value', typname || '.' || enumlabel, null, '', false, false, null
      from pg_enum join pg_type on pg_type.oid = enumtypid where typnamespace = to_regnamespace(${schema})`,
  );
  return new Map(facts.map((fact) => [keyOf(fact), fact]));
}
