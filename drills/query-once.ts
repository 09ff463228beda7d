import pg from 'pg';

/** Runs one statement on a connection of its own. */
export async function queryOnce<R extends pg.QueryResultRow>(
  url: string,
  text: string,
  values: readonly unknown[] = [],
  timeoutMs = 10_000,
): Promise<readonly R[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000, query_timeout: timeoutMs });
  // If the connection is lost, the statement fails and reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<R>(text, [...values]);
    return rows;
  } finally {
    await client.end();
  }
}
