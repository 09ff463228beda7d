import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startEmbeddedPostgres } from '../postgres.ts';
import { asAdmin, provision } from '../provision.ts';
import { readSupergraphYaml } from '../supergraph-yaml.ts';

/** Every subgraph of the product: a test database holds the schema, role and queue of each. */
export const subgraphNames = readSupergraphYaml().map(({ name }) => name);
export const roleSecret = 'freight-test-roles';
export const templateDatabase = 'freight_template';

export interface TestCluster extends PostgresServer {
  readonly folder: string;
}

/** One PostgreSQL server for a whole test run, with a provisioned template that test databases are copied from. */
export async function startTestCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'freight-test-'));
  const flags = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
  const server = await startEmbeddedPostgres(folder, flags);
  await provision(server.adminUrl, templateDatabase, subgraphNames, roleSecret);
  await asAdmin(server.adminUrl, undefined, (client) =>
    client.query(`alter database ${templateDatabase} with is_template true`),
  );
  return {
    ...server,
    folder,
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
