import { requireData } from '../../client/data.ts';
import { openDemoClient } from '../graph/client.ts';
import type { LoadJob, LoadResult } from '../graph/load.ts';
import { documentOf, type Operation } from '../graph/operations.ts';
import type { Measured } from '../graph/product.ts';
import { runProgram } from '../graph/run-program.ts';

export interface Run {
  /** Of gateway and subgraphs, for one request. */
  readonly cpuMs: number;
  readonly p95Ms: number;
  readonly requestsPerSecond: number;
  readonly failed: number;
}

/** A run without traces, and one with them. */
export type Pair = readonly [off: Run, on: Run];

/** How requests arrive. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second; absent = each connection sends the next request after the response. */
  readonly rate?: number;
}

export type SendLoad = (load: Load) => Promise<Run>;

/** Runs both sides at once, so that whatever else the machine does disturbs both alike. */
export async function runPairs([off, on]: readonly [SendLoad, SendLoad], rounds: number, load: Load): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < rounds; round++) pairs.push(await Promise.all([off(load), on(load)]));
  return pairs;
}

/** Prepares the requests of an operation for one product: they are planned, and in the caches of the database. */
export async function loadFor(operation: Operation, product: Measured, signal: AbortSignal): Promise<SendLoad> {
  const { client, session } = openDemoClient(product.url, operation.account);
  const query = documentOf(operation);
  const requests = (await operation.variables(client)).map((variables) => ({
    ...{ query, variables },
    operationName: operation.name,
  }));
  for (const request of requests) requireData(await client.send(request));
  const token = await session.accessToken();
  const bodies = requests.map((request) => JSON.stringify(request));
  return async ({ connections, seconds, rate }) => {
    const before = ownMs(product);
    const paced = rate !== undefined && { everyMs: (connections * 1_000) / rate };
    const job: LoadJob = { url: product.url, token, bodies, connections, seconds, ...paced };
    const { requests: sent, p95Ms, requestsPerSecond, failed } = await runProgram<LoadResult>('./load.ts', job, signal);
    return { cpuMs: (ownMs(product) - before) / sent, p95Ms, requestsPerSecond, failed };
  };
}

/** CPU milliseconds so far of gateway and subgraphs. */
function ownMs({ cpuMs }: Measured): number {
  const { PostgreSQL: _shared, ...own } = cpuMs();
  return Object.values(own).reduce((sum, ms) => sum + ms, 0);
}
