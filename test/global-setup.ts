import { resolve } from 'node:path';
import { startTestCluster } from '../subgraphs/shared/test/cluster.ts';

/**
 * Starts the PostgreSQL server of this run. Suites find it through the environment. Node keeps compiled code for the many
 * processes that tests start.
 */
// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default async function setup(): Promise<void> {
  const cluster = await startTestCluster();
  process.env['NODE_COMPILE_CACHE'] = resolve(import.meta.dirname, '../node_modules/.cache/node');
  process.env['TEST_POSTGRES_URL'] = cluster.adminUrl;
  (globalThis as { testCluster?: { close(): Promise<void> } }).testCluster = cluster;
}
