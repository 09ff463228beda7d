import pg from 'pg';

/** A role of the database, and the queues that it consumes. */
export interface QueueOwner {
  readonly role: string;
  readonly queues: readonly string[];
}

/**
 * Lets each role change the rows of its own queues only, in the table of queues and in that of subscriptions: otherwise the role of one
 * subgraph could end the subscription by which another one gets its events, such as the audit trail. Every role may read all rows.
 * May be repeated.
 */
export async function protectQueues(client: pg.Client, schema: string, owners: readonly QueueOwner[]): Promise<void> {
  for (const name of ['queue', 'subscription']) {
    const table = `${schema}.${name}`;
    const { rows } = await client.query<{ policyname: string }>(
      'select policyname from pg_policies where schemaname = $1 and tablename = $2',
      [schema, name],
    );
    const known = new Set(rows.map(({ policyname }) => policyname));
    if (!known.has('everybody_reads'))
      await client.query(`create policy everybody_reads on ${table} for select using (true)`);
    for (const { role, queues } of owners) {
      if (known.has(role)) continue;
      const own = `name in (${queues.map((queue) => pg.escapeLiteral(queue)).join(', ')})`;
      const to = pg.escapeIdentifier(role);
      await client.query(`create policy ${to} on ${table} for all to ${to} using (${own}) with check (${own})`);
    }
    // Last, so that processes of a running release always have their policies. The owner of the table is not restricted.
    const { rowCount } = await client.query('select from pg_class where oid = $1::regclass and relrowsecurity', [
      table,
    ]);
    if (!rowCount) await client.query(`alter table ${table} enable row level security`);
  }
}
