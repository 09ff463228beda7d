import type { EntityMetadata, EntityProperty } from '@mikro-orm/core';
import type { MikroORM } from '@mikro-orm/postgresql';
import { ConfigurationError } from './config.ts';

/** Something that an entity stores: where it should be, and what is lost without it. */
interface StoredField {
  readonly entity: string;
  readonly field: string;
  readonly table: string;
  readonly column: string;
}

/**
 * Makes sure that the migrated tables have every column that the entities store: a column whose migration was forgotten
 * would be read as null by some queries and fail in others.
 * @throws ConfigurationError with one line for each column that is missing
 */
export async function requireColumns(orm: MikroORM, schema: string): Promise<void> {
  const rows = await orm.em.fork().execute<{ name: string }[]>(
    `select relname || '.' || attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
     where relnamespace = to_regnamespace(?) and attnum > 0 and not attisdropped`,
    [schema],
  );
  const present = new Set(rows.map(({ name }) => name));
  const missing = [...orm.getMetadata().getAll().values()]
    .flatMap(storedFields)
    .filter(({ table, column }) => !present.has(`${table}.${column}`));
  if (missing.length > 0) throw new ConfigurationError(missing.map((one) => requirement(one, schema)).join('\n'));
}

function storedFields(meta: EntityMetadata): StoredField[] {
  if (meta.abstract || meta.embeddable || meta.virtual) return [];
  return meta.props
    .filter(isStored)
    .flatMap(({ name, fieldNames }) =>
      fieldNames.map((column) => ({ entity: meta.className, field: name, table: meta.tableName, column })),
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

function requirement({ entity, field, table, column }: StoredField, schema: string): string {
  return `subgraphs/${schema}/migrations/list.ts: a migration that adds column "${column}" to table ${schema}.${table} is required; entity ${entity} stores "${field}" there, and the column is missing`;
}
