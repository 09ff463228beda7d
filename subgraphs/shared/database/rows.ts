import {
  BigIntType,
  DateTimeType,
  type EntitySchema,
  type InferEntity,
  UnderscoreNamingStrategy,
} from '@mikro-orm/core';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { isSealedColumn, openFrom, type SealedColumn } from './sealed-column.ts';
import { always, raw, type Sql, sql, uuids } from './sql.ts';

/** The columns that a request needs, by the names of their properties. Equal requests share one object. */
export interface Columns {
  /** Null for all columns. Names without a column are ignored. */
  readonly names: ReadonlySet<string> | null;
}

export const allColumns: Columns = { names: null };
export const noColumns: Columns = { names: new Set() };

/** Reads rows of one kind as plain objects (P24). Writes use entities, with identity map and unit of work. */
export interface Rows<R> {
  /** The columns of a select list. @param alias name of the table in the statement */
  columns(alias: string): Sql;
  /** Reads the rows of a statement that selects these columns. `X` has further columns, as the driver reads them. */
  read<X extends object = object>(em: EntityManager, statement: Sql): Promise<(R & X)[]>;
  /** The same rows with fewer columns (P29): those of a request, and others that the code itself reads. */
  only<K extends keyof R & string>(columns: Columns, others: readonly K[]): Rows<Pick<R, K>>;
}

/** Rows of one table. */
export interface TableRows<R> extends Rows<R> {
  only<K extends keyof R & string>(columns: Columns, others: readonly K[]): TableRows<Pick<R, K>>;
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
  const { schema, tableName } = entity.meta;
  const table = schema ? `"${schema}"."${tableName}"` : `"${tableName}"`;
  return tableRows(raw(table), properties) as unknown as TableRows<InferEntity<E>>; // the columns are its properties
}

interface Property {
  readonly name: string;
  readonly column: string;
  readonly type: unknown;
}

type Row = Record<string, unknown>;

function tableRows(table: Sql, properties: readonly Property[]): TableRows<Row> {
  const { columns, read } = plainRows(properties);
  const narrow = narrower(properties, (some) => tableRows(table, some));
  const rows: TableRows<Row> = {
    columns,
    read,
    // The properties of these rows have no static names.
    only: ((given, others) => narrow(given, others) ?? rows) as TableRows<Row>['only'],
    readBy(em, column, ids, { where = always, orderBy } = {}) {
      const found = sql`select ${columns('t')} from ${table} t
        where t.${raw(column)} = any(${uuids(ids)}) and ${where}`;
      return read(em, orderBy === undefined ? found : sql`${found} order by ${raw(orderBy)}`);
    },
  };
  return rows;
}

/** Rows that are not those of an entity. @param columns the columns of their properties @param moments the properties that are moments */
export function rowsFrom<R extends object>(
  columns: Readonly<Record<keyof R & string, string>>,
  moments: readonly (keyof R & string)[] = [],
): Rows<R> {
  const isMoment = (name: string): boolean => moments.some((moment) => moment === name);
  const properties = Object.entries<string>(columns).map(([name, column]) => ({
    name,
    column,
    type: isMoment(name) ? DateTimeType : null,
  }));
  return plainRows(properties) as unknown as Rows<R>; // the columns are those of its properties
}

function plainRows(properties: readonly Property[]): Rows<Row> {
  const ofType = (wanted: typeof DateTimeType | typeof BigIntType): string[] =>
    properties.filter(({ type }) => type === wanted || type instanceof wanted).map(({ name }) => name);
  const moments = ofType(DateTimeType);
  const integers = ofType(BigIntType);
  const sealed = properties.flatMap(({ name, type }) => (isSealedColumn(type) ? [{ name, type }] : []));
  const selectLists = new Map<string, Sql>();
  const narrow = narrower(properties, plainRows);
  const rows: Rows<Row> = {
    columns(alias) {
      const known = selectLists.get(alias);
      if (known) return known;
      const list = raw(properties.map(({ name, column }) => `${alias}."${column}" as "${name}"`).join(', '));
      selectLists.set(alias, list);
      return list;
    },
    async read<X extends object>(em: EntityManager, statement: Sql) {
      const found = await query<Row & X>(em, statement);
      // A row of X is a row: its columns are written under the names they have.
      for (const row of found as Row[]) {
        for (const name of moments) row[name] = toMoment(row[name]);
        for (const name of integers) row[name] = toInteger(row[name]);
        for (const { name, type } of sealed) row[name] = openValue(em, type, row[name]);
      }
      return found;
    },
    // The properties of these rows have no static names.
    only: ((given, others) => narrow(given, others) ?? rows) as Rows<Row>['only'],
  };
  return rows;
}

/** Makes rows of some of these properties, once for equal requests. Null for those of all. */
function narrower<T>(properties: readonly Property[], make: (some: readonly Property[]) => T) {
  const narrowed = new WeakMap<Columns, Map<string, T>>();
  return (given: Columns, others: readonly string[]): T | null => {
    const { names } = given;
    if (!names) return null;
    const known = narrowed.get(given) ?? new Map<string, T>();
    narrowed.set(given, known);
    const key = others.join();
    const found = known.get(key) ?? make(properties.filter(({ name }) => names.has(name) || others.includes(name)));
    known.set(key, found);
    return found;
  };
}

/** Parses a moment from the driver, which reads it as text. */
export function toMoment(text: unknown): Date | null {
  return typeof text === 'string' ? new Date(text) : null;
}

function openValue(em: EntityManager, type: SealedColumn, stored: unknown): unknown {
  return typeof stored === 'string' ? type.fromText(openFrom(em, type, stored)) : null;
}

function toInteger(text: unknown): number | null {
  return typeof text === 'string' ? Number(text) : null;
}
