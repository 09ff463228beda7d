import pg from 'pg';

/** Settings of every connection to the schema of a subgraph: SQL names its tables without a schema, and gets moments in UTC. */
export function connectionSettings(schema: string): { options: string; application_name: string } {
  return { options: `-c search_path=${schema},public -c TimeZone=UTC`, application_name: `freight-${schema}` };
}

/** A connection to a subgraph's schema apart from the ORM, for what that cannot say, such as COPY. Whoever asks for it ends it. */
export async function connectToSchema(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...connectionSettings(schema) });
  // A line that is cut while nobody asks is told by the next query.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
