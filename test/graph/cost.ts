import type { Budget } from '../../gateway/testing/client-documents.ts';
import { readCounter } from '../../gateway/testing/metrics.ts';
import type { TestGraph } from './graph.ts';

/** Counts the requests to subgraphs and the SQL statements of one run. Nothing else may run at the same time. */
export async function costOf<T>(graph: TestGraph, run: () => Promise<T>): Promise<{ response: T; cost: Budget }> {
  const before = await count(graph);
  const response = await run();
  const after = await count(graph);
  return {
    response,
    cost: { fetches: after.fetches - before.fetches, statements: after.statements - before.statements },
  };
}

async function count(graph: TestGraph): Promise<Budget> {
  const statements = graph.product.subgraphs.map(({ services }) => services.database.statements());
  return { fetches: await countFetches(graph.adminUrl), statements: total(statements) };
}

/** The gateway's own counter of requests to subgraphs, over all subgraphs and outcomes. */
const countFetches = (adminUrl: string) => readCounter(adminUrl, 'gateway_subgraph_requests_total');

const total = (values: readonly number[]) => values.reduce((left, right) => left + right, 0);
