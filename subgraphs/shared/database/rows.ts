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

/** Reads rows of one kind as plain objects (P24). Writes use entities, with identity map and unit of work. */
export interface Rows<R> {
  /** The columns of a select list. @param alias name of the table in the statement */
  columns(alias: string): Sql;
  /** Reads the rows of a statement that selects these columns. `X` has further columns, as the driver reads them. */
  read<X extends object = object>(em: EntityManager, statement: Sql): Promise<(R & X)[]>;
}

/** Rows of one table. */
export interface TableRows<R> extends Rows<R> {
  /**
   * Reads the rows whose column has one of these ids, in one statement. Ids that are no UUID are ignored.
   * @param where further conditions on the row `t`
   * @param orderBy SQL over the row `t`
   */
  readBy(
    em: EntityManager,
    column: string,
    ids: readonly string[],
    options?: { readonly where?: Sql; readonly orderBy?: string },
  ): Promise<R[]>;
}

const naming = new UnderscoreNamingStrategy();

/** Rows of the table of an entity. They have the names and types of its properties, except lazy ones. */
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

/** Rows that are not those of a table, such as sums. @param columns the select list over the row `t` */
export function rowsFrom<Raw extends object, R extends object>(columns: Sql, toRow: (raw: Raw) => R): Rows<R> {
  return {
    columns: () => columns,
    async read<X extends object>(em: EntityManager, statement: Sql) {
      const rows = await query<Raw & X>(em, statement);
      return rows.map((row) => ({ ...row, ...toRow(row) }));
    },
  };
}

/** Parses a moment from the driver, which reads it as text. */
export function toMoment(text: unknown): Date | null {
  return typeof text === 'string' ? new Date(text) : null;
}

function toInteger(text: unknown): number | null {
  return typeof text === 'string' ? Number(text) : null;
}
