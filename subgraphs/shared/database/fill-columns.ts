import type { Migration } from '@mikro-orm/migrations';

interface Filling<R> {
  readonly table: string;
  /** SQL of the columns that are read in addition to the key. */
  readonly reads: string;
  /** Columns that are written. */
  readonly writes: readonly string[];
  /** Primary key, a UUID. Default: `id`. */
  readonly key?: string;
  readonly toValues: (row: R) => Readonly<Record<string, string | readonly string[] | null>>;
}

const rowsPerBatch = 1_000;

/**
 * Fills new columns of existing rows, in the order of their ids. For values that TypeScript computes, such as keys of texts, so
 * that migrations and stores write the same values on every version and locale of PostgreSQL.
 */
export async function fillColumns<R extends object>(
  migration: Migration,
  { table, reads, writes, key = 'id', toValues }: Filling<R>,
): Promise<void> {
  const assignments = writes.map((column) => `"${column}" = given."${column}"`).join(', ');
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
    // `reads` are the columns of R.
    const rows = (await migration.execute(
      `select "${key}" as "rowKey", ${reads} from "${table}" where "${key}" > ? order by "${key}" limit ${rowsPerBatch}`,
      [last],
    )) as (R & { readonly rowKey: string })[];
    const end = rows.at(-1);
    if (!end) return;
    const values = rows.map((row) => ({ [key]: row.rowKey, ...toValues(row) }));
    await migration.execute(
      `update "${table}" t set ${assignments} from json_populate_recordset(null::"${table}", ?::json) given
        where t."${key}" = given."${key}"`,
      [JSON.stringify(values)],
    );
    last = end.rowKey;
  }
}

/**
 * Makes unique keys. In earlier releases, texts with equal keys counted as different. The later of two such records gets a key
 * with its id, until an account changes the text.
 * @returns makes the key of one record, unique among all or `within` its group
 */
export function createUniqueKeys(): (key: string, id: string, within?: string) => string {
  const taken = new Set<string>();
  return (key, id, within = '') => {
    const own = taken.has(`${within} ${key}`) ? `${key} ${id}` : key;
    taken.add(`${within} ${own}`);
    return own;
  };
}
