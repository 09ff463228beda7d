import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import { ConfigurationError } from '../runtime/config.ts';
import { query } from './query.ts';
import { sql } from './sql.ts';

/** A stored field of an entity, with its column. */
interface StoredField {
  readonly entity: string;
  readonly field: string;
  /** Name of the table, with its schema. */
  readonly table: string;
  readonly column: string;
  readonly isNullable: boolean;
}

interface PresentColumn {
  readonly table: string;
  readonly column: string;
  readonly isNullable: boolean;
}

/**
 * Checks that the migrated tables have every column of the entities, and that the same columns may be null. Without this check, a
 * column without a migration would be null in some queries and fail in others.
 * @throws ConfigurationError with one line for each table or column at fault
 */
export async function requireColumns(orm: MikroORM, schema: string): Promise<void> {
  const entities = [...orm.getMetadata().getAll().values()];
  const schemas = [...new Set(entities.map((meta) => meta.schema ?? schema))];
  const columns = await query<PresentColumn>(
    orm.em.fork(),
    sql`select nspname || '.' || relname as table, attname as column, not attnotnull as "isNullable"
     from pg_attribute join pg_class on pg_class.oid = attrelid join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = any(${schemas}::text[]) and relkind in ('r', 'p') and attnum > 0 and not attisdropped`,
  );
  const present = new Map(columns.map((one) => [`${one.table}.${one.column}`, one]));
  const tables = new Set(columns.map(({ table }) => table));
  const faults = entities
    .flatMap((meta) => storedFields(meta, schema))
    .flatMap((stored) => {
      if (!tables.has(stored.table)) return [missingTable(stored)];
      return findFault(stored, present.get(`${stored.table}.${stored.column}`)) ?? [];
    });
  if (faults.length === 0) return;
  const lines = new Set(faults.map((fault) => `subgraphs/${schema}/migrations/list.ts: a migration that ${fault}`));
  throw new ConfigurationError([...lines].join('\n'));
}

function missingTable({ entity, table }: StoredField): string {
  return `creates table ${table} is required; entity ${entity} is stored there, and the table is missing`;
}

function findFault(
  { entity, field, table, column, isNullable }: StoredField,
  present: PresentColumn | undefined,
): string | undefined {
  const reason = `is required; entity ${entity} stores "${field}" there, and the column`;
  if (!present) return `adds column "${column}" to table ${table} ${reason} is missing`;
  if (present.isNullable === isNullable) return undefined;
  return isNullable
    ? `lets column "${column}" of table ${table} be null ${reason} must not be null`
    : `makes column "${column}" of table ${table} not null ${reason} may be null`;
}

function storedFields(meta: EntityMetadata, schema: string): StoredField[] {
  if (meta.abstract || meta.embeddable || meta.virtual) return [];
  return meta.props.filter(isStored).flatMap(({ name, fieldNames, nullable }) =>
    fieldNames.map((column) => ({
      entity: meta.className,
      field: name,
      table: `${meta.schema ?? schema}.${meta.tableName}`,
      column,
      isNullable: nullable === true,
    })),
  );
}

function isStored({ kind, persist, formula, owner, object, fieldNames }: EntityProperty): boolean {
  if (persist === false || formula || !fieldNames) return false;
  switch (kind) {
    case '1:m':
    case 'm:n':
      return false;
    case '1:1':
      return owner;
    case 'embedded':
      return object === true; // otherwise its own fields are columns
    default:
      return true;
  }
}
