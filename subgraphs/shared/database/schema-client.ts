import pg from 'pg';

/** Settings of the connections to the schema of a subgraph. SQL names tables without their schema, and moments are in UTC. */
export function connectionSettings(schema: string): { options: string; application_name: string } {
  return { options: `-c search_path=${schema},public -c TimeZone=UTC`, application_name: `freight-${schema}` };
}

/** Opens a connection to the schema of a subgraph, for statements that the ORM does not support, such as COPY. The caller closes it. */
export async function connectToSchema(url: string, schema: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, ...connectionSettings(schema) });
  // If the connection is lost while idle, the next query fails and reports it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
