import { resealBound } from '#shared/database/bound-column.ts';
import type { Database } from '#shared/database/database.ts';
import { renewKeyCheck } from '#shared/database/key-check.ts';
import { query } from '#shared/database/query.ts';
import { renewIndexes } from '#shared/database/renew-indexes.ts';
import { requireCipher } from '#shared/database/seal-batches.ts';
import { sealColumn } from '#shared/database/seal-rows.ts';
import { sealedColumnsOf } from '#shared/database/sealed-column.ts';
import { raw, sql } from '#shared/database/sql.ts';
import { sealedForm } from '#shared/identity/sealed-text.ts';
import type { SubgraphTables } from '#shared/subgraph.ts';

type SealedTables = Pick<SubgraphTables, 'name' | 'entities' | 'boundColumns'>;

/** A sealed column and the way to seal its texts with the newest key. */
interface Rotated {
  readonly table: string;
  readonly column: string;
  reseal(database: Database): Promise<number>;
}

export function rotatedColumns({ name, entities, boundColumns = [] }: SealedTables): Rotated[] {
  return [
    ...entities.flatMap(sealedColumnsOf).map((type) => ({
      ...type.place,
      reseal: (database: Database) => sealColumn(database, type, 'outdated'),
    })),
    ...boundColumns.map((bound) => ({
      table: `${name}.${bound.table}`,
      column: bound.column,
      reseal: (database: Database) => resealBound(database, bound),
    })),
  ];
}

/** Numbers of texts by the id of their key. */
export type KeyUse = ReadonlyMap<string, number>;

/**
 * Seals every text of a subgraph with the newest key and renews the blind indexes of older keys, one column after the other. May be interrupted and repeated: it continues with
 * the texts that older keys have sealed.
 * @returns the keys that the texts of the subgraph need now
 */
export async function rotateFields(
  database: Database,
  tables: SealedTables,
  print: (line: string) => void,
): Promise<KeyUse> {
  const columns = rotatedColumns(tables);
  for (const column of columns) print(`${column.table}.${column.column}: ${await column.reseal(database)} re-sealed`);
  if (requireCipher(database).olderIndexIds.length > 0) await renewAll(database, tables, print);
  const use = await readKeyUse(database, columns);
  const [newest] = requireCipher(database).keyIds;
  if ([...use.keys()].every((id) => id === newest)) await renewKeyCheck(database);
  return use;
}

async function renewAll(database: Database, { entities }: SealedTables, print: (line: string) => void): Promise<void> {
  for (const type of entities.flatMap(sealedColumnsOf)) {
    if (!type.index) continue;
    const renewed = await renewIndexes(database, type);
    print(`${type.place.table}.${type.index.column}: ${renewed} re-indexed`);
  }
}

async function readKeyUse(database: Database, columns: readonly Rotated[]): Promise<KeyUse> {
  const uses: KeyUse[] = [];
  for (const { table, column } of columns) {
    const rows = await query<{ id: string; texts: number }>(
      database.fork(),
      sql`select split_part(${raw(column)}, '.', 2) as id, count(*)::int as texts from ${raw(table)}
        where ${raw(column)} ~ ${raw(`'${sealedForm}'`)} group by 1`,
    );
    uses.push(new Map(rows.map(({ id, texts }) => [id, texts])));
  }
  return sumOf(uses);
}

export function sumOf(uses: readonly KeyUse[]): KeyUse {
  const sum = new Map<string, number>();
  for (const use of uses) for (const [id, texts] of use) sum.set(id, (sum.get(id) ?? 0) + texts);
  return sum;
}

/** What an operator does next. @param isWhole true if `use` is that of every subgraph */
export function adviceOn(use: KeyUse, keyIds: readonly string[], isWhole: boolean): string[] {
  const [newest = '', ...older] = keyIds;
  const needed = older.filter((id) => use.has(id));
  const free = older.filter((id) => !use.has(id));
  const quoted = (ids: readonly string[]) => ids.map((id) => `"${id}"`).join(', ');
  return [
    `Keys in use: ${[...use].map(([id, texts]) => `"${id}" (${texts} texts)`).join(', ') || 'none'}.`,
    ...(needed.length > 0
      ? [
          `A process still seals with ${quoted(needed)}: restart every subgraph with "${newest}" in front, then repeat this.`,
        ]
      : []),
    ...(free.length > 0 && isWhole ? [`No text needs ${quoted(free)}: remove it from FIELD_KEYS.`] : []),
    ...(isWhole ? [] : ['Repeat this for the other subgraphs before you remove a key.']),
  ];
}
