import {
  BigIntType,
  DateTimeType,
  type EntitySchema,
  type InferEntity,
  UnderscoreNamingStrategy,
} from '@mikro-orm/core';
import { isUuid } from '../ids.ts';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { always, raw, type Sql, sql } from './sql.ts';

/** How rows of one kind are read: plain objects (P24). Entities, with identity map and unit of work, are for writes. */
export interface Rows<R> {
  /** The columns of a select list; `alias` is the name that the statement gives the table. */
  columns(alias: string): Sql;
  /** Rows of a statement with these columns in its select list; `X` are its further columns, as the driver reads them. */
  read<X extends object = object>(em: EntityManager, statement: Sql): Promise<(R & X)[]>;
}

/** Rows of one table. */
export interface TableRows<R> extends Rows<R> {
  /**
   * Rows `t` whose column holds one of these ids, in one statement. A text that is no UUID finds nothing.
   * @param where further conditions over `t`
   * @param orderBy SQL over `t`
   */
  readBy(
    em: EntityManager,
    column: string,
    ids: readonly string[],
    options?: { readonly where?: Sql; readonly orderBy?: string },
  ): Promise<R[]>;
}

const naming = new UnderscoreNamingStrategy();

/** Rows of an entity's table: the properties of the entity but lazy ones, by their names and types. */
export function rowsOf<E extends EntitySchema>(entity: E): TableRows<InferEntity<E>> {
  const properties = Object.entries(entity.meta.properties)
    .filter(([, property]) => !('lazy' in property && property.lazy))
    .map(([name, property]) => ({
      name,
      column: 'fieldName' in property ? String(property.fieldName) : naming.propertyToColumnName(name),
      type: property.type as unknown, // the class of the column's type, or an instance of it
    }));
  const ofType = (wanted: typeof DateTimeType | typeof BigIntType): string[] =>
    properties.filter(({ type }) => type === wanted || type instanceof wanted).map(({ name }) => name);
  const table = raw(`"${entity.meta.tableName}"`);
  const moments = ofType(DateTimeType);
  const integers = ofType(BigIntType);
  const selectLists = new Map<string, Sql>();

  const columns = (alias: string): Sql => {
    const known = selectLists.get(alias);
    if (known) return known;
    const list = raw(properties.map(({ name, column }) => `${alias}."${column}" as "${name}"`).join(', '));
    selectLists.set(alias, list);
    return list;
  };

  const read = async <X extends object>(em: EntityManager, statement: Sql): Promise<(InferEntity<E> & X)[]> => {
    const rows = await query<Record<string, unknown>>(em, statement);
    for (const row of rows) {
      for (const name of moments) row[name] = toMoment(row[name]);
      for (const name of integers) row[name] = toInteger(row[name]);
    }
    return rows as (InferEntity<E> & X)[]; // the columns are the properties of the entity
  };

  return {
    columns,
    read,
    readBy(em, column, ids, { where = always, orderBy } = {}) {
      const found = sql`select ${columns('t')} from ${table} t
        where t.${raw(column)} = any(${ids.filter(isUuid)}::uuid[]) and ${where}`;
      return read(em, orderBy === undefined ? found : sql`${found} order by ${raw(orderBy)}`);
    },
  };
}

/** Rows of a statement's own shape, such as a sum: `columns` is its select list over `t`. */
export function rowsFrom<Raw extends object, R extends object>(columns: Sql, toRow: (raw: Raw) => R): Rows<R> {
  return {
    columns: () => columns,
    async read<X extends object>(em: EntityManager, statement: Sql) {
      const rows = await query<Raw & X>(em, statement);
      return rows.map((row) => ({ ...row, ...toRow(row) }));
    },
  };
}

/** The moment behind a text of PostgreSQL. */
export function toMoment(text: unknown): Date | null {
  return typeof text === 'string' ? new Date(text) : null;
}

function toInteger(text: unknown): number | null {
  return typeof text === 'string' ? Number(text) : null;
}
