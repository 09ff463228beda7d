import {
  BigIntType,
  DateTimeType,
  type EntitySchema,
  type InferEntity,
  UnderscoreNamingStrategy,
} from '@mikro-orm/core';
import type { EntityManager } from './database-types.ts';
import { query } from './query.ts';
import { raw, type Sql } from './sql.ts';

/** How rows of one kind are read: plain objects. Entities, with identity map and unit of work, are for writes. */
export interface Rows<R> {
  /** The columns of a select list; `alias` is the name that the statement gives the table. */
  columns(alias: string): Sql;
  /** Rows of a statement with these columns in its select list; `X` are its further columns, as the driver reads them. */
  read<X extends object = object>(em: EntityManager, statement: Sql): Promise<(R & X)[]>;
}

const naming = new UnderscoreNamingStrategy();

/** Rows of an entity's table: the properties of the entity, by their names and types. */
export function rowsOf<E extends EntitySchema>(entity: E): Rows<InferEntity<E>> {
  const properties = Object.entries(entity.meta.properties).map(([name, property]) => ({
    name,
    column: 'fieldName' in property ? String(property.fieldName) : naming.propertyToColumnName(name),
    type: property.type as unknown, // the class of the column's type, or an instance of it
  }));
  const ofType = (wanted: typeof DateTimeType | typeof BigIntType): string[] =>
    properties.filter(({ type }) => type === wanted || type instanceof wanted).map(({ name }) => name);
  const moments = ofType(DateTimeType);
  const integers = ofType(BigIntType);
  const selectLists = new Map<string, Sql>();

  return {
    columns(alias) {
      const known = selectLists.get(alias);
      if (known) return known;
      const columns = raw(properties.map(({ name, column }) => `${alias}."${column}" as "${name}"`).join(', '));
      selectLists.set(alias, columns);
      return columns;
    },
    async read<X extends object>(em: EntityManager, statement: Sql) {
      const rows = await query<Record<string, unknown>>(em, statement);
      for (const row of rows) {
        for (const name of moments) row[name] = toMoment(row[name]);
        for (const name of integers) row[name] = toInteger(row[name]);
      }
      return rows as (InferEntity<E> & X)[]; // the columns are the properties of the entity
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
