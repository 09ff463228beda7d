import type { EntitySchema, InferEntity } from '@mikro-orm/core';
import { GraphError } from '../errors/errors.ts';
import { parseJson } from '../input/parse-json.ts';
import type { EntityManager } from './database-types.ts';
import { type List, pageOf, readPage, type SortKey } from './list.ts';
import { type Rows, rowsOf } from './rows.ts';
import { raw, type Sql } from './sql.ts';

/** The person whose data is read. */
export interface Person {
  readonly accountId: string;
  /** Null for a person who is not a driver, and in subgraphs that do not need it. */
  readonly driverId: string | null;
}

interface PersonalPage {
  readonly records: readonly object[];
  /** Cursor of the last record; null if there are no more records. */
  readonly next: string | null;
}

/** Reads a page of the records of a table that are about a person. */
export type PersonalList = (em: EntityManager, person: Person, after: string | null) => Promise<PersonalPage>;
export type PersonalLists = Readonly<Record<string, PersonalList>>;

/** The records of each list in one answer. */
const recordsPerPage = 500;

interface Shown<R> {
  /** A stable order, of which the last value is unique among the records of a person. */
  readonly order: readonly SortKey<R>[];
  /** The condition for the rows `t` of a person. */
  readonly of: (person: Person) => Sql;
  /** Properties that are not exported: keys for searches, secrets, and data of other persons. */
  readonly without?: readonly (keyof R & string)[];
  /** What a person sees of a record, if it is not the whole. */
  readonly show?: (row: R, person: Person) => object;
}

/** A list of the records of an entity that are about a person. */
export function personalList<E extends EntitySchema>(entity: E, shown: Shown<InferEntity<E>>): PersonalList {
  const { schema, tableName } = entity.meta;
  return personalRows(rowsOf(entity), schema ? `${schema}.${tableName}` : tableName, shown);
}

/** A list of the rows of a table that are about a person. */
export function personalRows<R extends object>(
  rows: Rows<R>,
  table: string,
  { order, of, without = [], show = (row) => row }: Shown<R>,
): PersonalList {
  const list: List<R> = { rows, from: raw(`${table} t`), order, descending: false };
  const hidden = new Set<string>(without);
  return async (em, person, after) => {
    const page = { ...pageOf(list, { after }), size: recordsPerPage, limit: recordsPerPage + 1 };
    const { nodes, pageInfo } = await readPage(em, list, [of(person)], page);
    const records = nodes.map((row) =>
      Object.fromEntries(Object.entries(show(row, person)).filter(([name]) => !hidden.has(name))),
    );
    return { records, next: pageInfo.hasNextPage ? pageInfo.endCursor() : null };
  };
}

/** The order of rows with the unique id of this name. */
export function byUuid<R>(property: keyof R & string, expression = `t.${property}`): readonly SortKey<R>[] {
  return [{ expression, kind: 'uuid', property }];
}

/**
 * Reads the lists of a person: the first page of all, or the page after a cursor of those that have more.
 * @returns the records by list, and the cursor `next`, which is null if no list has more; null for a person without records
 * @throws GraphError BAD_USER_INPUT for a wrong cursor
 */
export async function readPersonalLists(
  em: EntityManager,
  lists: PersonalLists,
  person: Person,
  after: string | null,
): Promise<object | null> {
  const positions = after === null ? null : parseNext(after);
  const found: Record<string, readonly object[]> = {};
  const next: Record<string, string> = {};
  // One list after another, so that an export holds one connection.
  for (const [name, read] of Object.entries(lists)) {
    const position = positions?.[name];
    if (positions && position === undefined) continue;
    const page = await read(em, person, position ?? null);
    if (page.records.length > 0) found[name] = page.records;
    if (page.next !== null) next[name] = page.next;
  }
  if (Object.keys(found).length === 0 && positions === null) return null;
  return { ...found, next: Object.keys(next).length === 0 ? null : formatNext(next) };
}

function formatNext(positions: Readonly<Record<string, string>>): string {
  return Buffer.from(JSON.stringify(positions)).toString('base64url');
}

function parseNext(after: string): Readonly<Record<string, string>> {
  const parsed = after.length <= 4_096 ? parseJson(Buffer.from(after, 'base64url').toString('utf8')) : null;
  if (isRecordOfTexts(parsed)) return parsed;
  throw new GraphError('BAD_USER_INPUT', 'Invalid cursor. Start again without "after".');
}

function isRecordOfTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
