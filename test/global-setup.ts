import { startTestCluster } from '../subgraphs/shared/test/cluster.ts';

/** Starts the PostgreSQL server of this run. Suites find it through the environment. */
// biome-ignore lint/style/noDefaultExport: jest asks for a default export
export default async function setup(): Promise<void> {
  const cluster = await startTestCluster();
  process.env['TEST_POSTGRES_URL'] = cluster.adminUrl;
  (globalThis as { testCluster?: { close(): Promise<void> } }).testCluster = cluster;
}
