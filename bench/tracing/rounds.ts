import { requireData } from '../../client/data.ts';
import { openDemoClient } from '../graph/client.ts';
import { documentOf, type Operation } from '../graph/operations.ts';
import type { Measured } from '../graph/product.ts';
import { runProgram } from '../graph/run-program.ts';
import type { AlternateJob, AlternateResult, Side } from './alternate.ts';

/** What one product needed in one round. */
export interface Run {
  /** Of gateway and subgraphs, for one request. */
  readonly cpuMs: number;
  readonly p95Ms: number;
  readonly failed: number;
}

/** A round of requests by turns, to the product without traces and to the one with them. */
export interface Round {
  /** Of both products together. */
  readonly requestsPerSecond: number;
  readonly runs: readonly [off: Run, on: Run];
}

/** How requests arrive. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** Requests per second to both products; absent = each connection sends the next request after the response. */
  readonly rate?: number;
}

/** A product with the requests for it. */
export interface Loaded {
  readonly product: Measured;
  readonly side: Side;
}

export async function runRounds(
  both: readonly [Loaded, Loaded],
  rounds: number,
  load: Load,
  signal: AbortSignal,
): Promise<Round[]> {
  const { connections, seconds, rate } = load;
  const paced = rate !== undefined && { everyMs: (connections * 1_000) / rate };
  const job: AlternateJob = { sides: [both[0].side, both[1].side], connections, seconds, ...paced };
  const done: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = both.map(({ product }) => ownMs(product));
    const result = await runProgram<AlternateResult>(new URL('./alternate.ts', import.meta.url), job, signal);
    const runOf = (side: 0 | 1): Run => {
      const { requests, p95Ms, failed } = result.sides[side];
      return { cpuMs: (ownMs(both[side].product) - (before[side] ?? 0)) / requests, p95Ms, failed };
    };
    done.push({ requestsPerSecond: result.requestsPerSecond, runs: [runOf(0), runOf(1)] });
  }
  return done;
}

/** Prepares the requests of an operation for one product: they are planned, and in the caches of the database. */
export async function loadFor(operation: Operation, product: Measured): Promise<Loaded> {
  const { client, session } = openDemoClient(product.url, operation.account);
  const query = documentOf(operation);
  const requests = (await operation.variables(client)).map((variables) => ({
    ...{ query, variables },
    operationName: operation.name,
  }));
  for (const request of requests) requireData(await client.send(request));
  const token = await session.accessToken();
  return { product, side: { url: product.url, token, bodies: requests.map((request) => JSON.stringify(request)) } };
}

/** CPU milliseconds so far of gateway and subgraphs. */
function ownMs({ cpuMs }: Measured): number {
  const { PostgreSQL: _shared, ...own } = cpuMs();
  return Object.values(own).reduce((sum, ms) => sum + ms, 0);
}
