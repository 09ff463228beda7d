import { readCounter } from '../../gateway/testing/metrics.ts';
import type { Measured } from './product.ts';

export interface Counts {
  /** SQL statements of all subgraphs, for one request on average. */
  readonly statements: number;
  /** Requests from the gateway to subgraphs, for one request on average. */
  readonly fetches: number;
}

/** Counts the SQL statements and fetches of a request by the metrics of gateway and subgraphs: the mean of those that `run` sends. */
export async function countsOf(
  { adminUrl, subgraphUrls }: Measured,
  requests: number,
  run: () => Promise<unknown>,
): Promise<Counts> {
  const read = async () => ({
    statements: await sumOf(subgraphUrls, 'subgraph_sql_statements_total'),
    fetches: await sumOf([adminUrl], 'gateway_subgraph_requests_total'),
  });
  const before = await read();
  await run();
  const after = await read();
  return {
    statements: (after.statements - before.statements) / requests,
    fetches: (after.fetches - before.fetches) / requests,
  };
}

/** Sums a counter over these servers. */
async function sumOf(urls: readonly string[], counter: string): Promise<number> {
  const counts = await Promise.all(urls.map((url) => readCounter(url, counter)));
  return counts.reduce((sum, count) => sum + count, 0);
}
