import type pg from 'pg';

/** No seed fills these, and processes of the product read them each second: they would wait until the seeds are written. */
const inUse = ['chore', 'outgoing_mail'];

const filled = `t.relnamespace = current_schema()::regnamespace and t.relkind = 'r' and not t.relispartition
    and t.relname not in (${inUse.map((name) => `'${name}'`).join(', ')})`;

/** Keys and exclusion constraints come before foreign keys, which need the keys that they refer to. */
const constraints = `
  select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(c.oid)) as create
  from pg_constraint c join pg_class t on t.oid = conrelid
  where ${filled} and contype = any($1)
  order by conrelid, conname`;

const indexes = `
  select format('drop index %s', indexrelid::regclass) as drop, pg_get_indexdef(indexrelid) as create
  from pg_index i join pg_class t on t.oid = indrelid
  where ${filled}
    and not exists (select from pg_constraint where conindid = indexrelid)
  order by indexrelid`;

interface Definition {
  readonly drop: string;
  readonly create: string;
}

/**
 * Fills the tables of the current schema without their keys and indexes, which are built at the end (see docs/performance.md,
 * P22). Must run in a transaction, so that a failure restores them.
 */
export async function fillBare(client: pg.Client, fill: () => Promise<void>): Promise<void> {
  const definitions = async (query: string, ...values: unknown[]) =>
    (await client.query<Definition>(query, values)).rows;
  const foreignKeys = await definitions(constraints, ['f']);
  const keys = await definitions(constraints, ['p', 'u', 'x']);
  const plain = await definitions(indexes);
  for (const { drop } of [...foreignKeys, ...keys, ...plain]) await client.query(drop);
  await fill();
  for (const { create } of [...keys, ...plain, ...foreignKeys]) await client.query(create);
}
