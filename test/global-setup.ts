import { resolve } from 'node:path';
import { startTestCluster } from '../subgraphs/shared/test/cluster.ts';
import { createRunFolder } from './run-folder.ts';

/**
 * Starts the PostgreSQL server of this run. Suites find it through the environment. Temporary files are in the folder of the run.
 * Node keeps compiled code for the many processes that tests start.
 */
// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default async function setup(): Promise<void> {
  await using resources = new AsyncDisposableStack();
  // Without a listener Node would end at once and leave PostgreSQL running.
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));
  process.env['NODE_COMPILE_CACHE'] = resolve(import.meta.dirname, '../node_modules/.cache/node');
  process.env['TMPDIR'] = resources.use(createRunFolder()).path;
  const cluster = await startTestCluster(process.env['TEST_POSTGRES_PROGRAMS']);
  resources.defer(() => cluster.close());
  process.env['TEST_POSTGRES_URL'] = cluster.adminUrl;
  (globalThis as { testRun?: AsyncDisposable }).testRun = resources.move();
}
