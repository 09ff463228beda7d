import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres } from '../database/postgres/embedded-postgres.ts';
import { programsIn } from '../database/postgres/programs.ts';
import { asAdmin, provision } from '../database/provision.ts';
import { readSupergraphYaml } from '../runtime/supergraph-yaml.ts';

/** The subgraphs of the product. A test database has the schema, role and queue of each. */
export const subgraphNames = readSupergraphYaml().map(({ name }) => name);
/** Without fsync, because test data need not survive a crash of the machine. */
export const quickFlags = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
export const roleSecret = 'freight-test-roles';
export const templateDatabase = 'freight_template';

export interface TestCluster {
  readonly adminUrl: string;
  close(): Promise<void>;
}

/**
 * One PostgreSQL server for a whole test run, with a provisioned template that test databases are copied from.
 * @param programs folder with the programs of another PostgreSQL than that of npm
 */
export async function startTestCluster(programs?: string): Promise<TestCluster> {
  await using resources = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), 'freight-test-'));
  resources.defer(() => rmSync(folder, { recursive: true, force: true }));
  const options = { flags: quickFlags, ...(programs && { programs: () => programsIn(programs) }) };
  const adminUrl = await resources.use(new EmbeddedPostgres(folder, options)).start();
  await provision(adminUrl, templateDatabase, subgraphNames, roleSecret);
  await asAdmin(adminUrl, undefined, (client) =>
    client.query(`alter database ${templateDatabase} with is_template true`),
  );
  const running = resources.move();
  return { adminUrl, close: () => running.disposeAsync() };
}
