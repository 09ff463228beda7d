import {
  BigIntType,
  DateTimeType,
  type EntitySchema,
  type InferEntity,
  UnderscoreNamingStrategy,
} from '@mikro-orm/core';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
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
  // The columns are the properties of the entity.
  return tableRows(raw(`"${entity.meta.tableName}"`), properties) as unknown as TableRows<InferEntity<E>>;
}

interface Property {
  readonly name: string;
  readonly column: string;
  readonly type: unknown;
}

type Row = Record<string, unknown>;

function tableRows(table: Sql, properties: readonly Property[]): TableRows<Row> {
  const ofType = (wanted: typeof DateTimeType | typeof BigIntType): string[] =>
    properties.filter(({ type }) => type === wanted || type instanceof wanted).map(({ name }) => name);
  const moments = ofType(DateTimeType);
  const integers = ofType(BigIntType);
  const selectLists = new Map<string, Sql>();
  const narrowed = new WeakMap<Columns, Map<string, TableRows<Row>>>();

  const columns = (alias: string): Sql => {
    const known = selectLists.get(alias);
    if (known) return known;
    const list = raw(properties.map(({ name, column }) => `${alias}."${column}" as "${name}"`).join(', '));
    selectLists.set(alias, list);
    return list;
  };

  const read = async <X extends object>(em: EntityManager, statement: Sql): Promise<(Row & X)[]> => {
    const rows = await query<Row & X>(em, statement);
    for (const row of rows) {
      for (const name of moments) (row as Row)[name] = toMoment(row[name]);
      for (const name of integers) (row as Row)[name] = toInteger(row[name]);
    }
    return rows;
  };

  const narrow = (given: Columns, others: readonly string[]): TableRows<Row> => {
    const { names } = given;
    if (!names) return rows;
    const known = narrowed.get(given) ?? new Map<string, TableRows<Row>>();
    narrowed.set(given, known);
    const key = others.join();
    const found =
      known.get(key) ??
      tableRows(
        table,
        properties.filter(({ name }) => names.has(name) || others.includes(name)),
      );
    known.set(key, found);
    return found;
  };

  const rows: TableRows<Row> = {
    columns,
    read,
    only: narrow as TableRows<Row>['only'], // the properties of these rows have no static names
    readBy(em, column, ids, { where = always, orderBy } = {}) {
      const found = sql`select ${columns('t')} from ${table} t
        where t.${raw(column)} = any(${uuids(ids)}) and ${where}`;
      return read(em, orderBy === undefined ? found : sql`${found} order by ${raw(orderBy)}`);
    },
  };
  return rows;
}

/** Rows that are not those of a table, such as sums. @param columns the select list over the row `t` */
export function rowsFrom<Raw extends object, R extends object>(columns: Sql, toRow: (raw: Raw) => R): Rows<R> {
  const rows: Rows<R> = {
    columns: () => columns,
    only: () => rows,
    async read<X extends object>(em: EntityManager, statement: Sql) {
      const found = await query<Raw & X>(em, statement);
      return found.map((row) => ({ ...row, ...toRow(row) }));
    },
  };
  return rows;
}

/** Parses a moment from the driver, which reads it as text. */
export function toMoment(text: unknown): Date | null {
  return typeof text === 'string' ? new Date(text) : null;
}

function toInteger(text: unknown): number | null {
  return typeof text === 'string' ? Number(text) : null;
}
