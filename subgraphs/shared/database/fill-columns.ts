import type { Migration } from '@mikro-orm/migrations';

interface Filling<R> {
  readonly table: string;
  /** Columns that are read besides the key; SQL over the table. */
  readonly reads: string;
  /** Columns that are written. */
  readonly writes: readonly string[];
  /** Primary key, a UUID; `id` if it is left out. */
  readonly key?: string;
  readonly toValues: (row: R) => Readonly<Record<string, string | readonly string[] | null>>;
}

const rowsPerBatch = 1_000;

/**
 * Fills new columns of the present rows with values that TypeScript makes, such as keys of texts, in the order of the
 * ids. For migrations: the values are those that the stores write, whatever the version and locale of PostgreSQL.
 */
export async function fillColumns<R extends object>(
  migration: Migration,
  { table, reads, writes, key = 'id', toValues }: Filling<R>,
): Promise<void> {
  const assignments = writes.map((column) => `"${column}" = given."${column}"`).join(', ');
  let last = '00000000-0000-0000-0000-000000000000';
  for (;;) {
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
 * Makes keys that must be unique. Records of earlier releases may have equal keys, for which their texts counted as
 * different: the later ones keep a key of their own, made with their id, until somebody changes the text.
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
