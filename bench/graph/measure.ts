import { requireData } from '../../client/data.ts';
import type { GraphClient, GraphOperation } from '../../client/graph-client.ts';
import { openDemoClient } from './client.ts';
import { type Counts, countsOf } from './counts.ts';
import type { FloorJob, FloorResult } from './floor.ts';
import type { LoadJob, LoadResult } from './load.ts';
import { documentOf, type Operation } from './operations.ts';
import type { Options } from './options.ts';
import type { Measured } from './product.ts';
import { type Recorded, recordStatements } from './record.ts';
import { runProgram } from './run-program.ts';

export type Row = Counts &
  LoadResult & {
    readonly operation: Operation;
    /** CPU milliseconds of one request by part. Empty for a product that runs elsewhere. */
    readonly cpuMs: Readonly<Record<string, number>>;
    /** Bytes of one response, uncompressed. */
    readonly bytes: number;
    readonly floor: FloorResult | undefined;
  };

/** Measures one operation: first the cost of a single request, then how many of them per second. */
export async function measure(
  operation: Operation,
  measured: Measured,
  { connections, seconds }: Options,
  signal: AbortSignal,
): Promise<Row> {
  const { url } = measured;
  const { client, session } = openDemoClient(url, operation.account);
  const query = documentOf(operation);
  const requests = (await operation.variables(client)).map(
    (variables): GraphOperation => ({ query, operationName: operation.name, variables }),
  );
  const [first, second] = requests;
  if (!first || !second) throw new Error(`${operation.name}: at least two different requests are required`);
  requireData(await client.send(first)); // planned and compiled from here on
  const counts = await countsOf(measured, requests.length, async () => {
    for (const request of requests) requireData(await client.send(request));
  });
  const token = await session.accessToken();
  const bodies = requests.map((request) => JSON.stringify(request));
  const load = (duration: number) =>
    runProgram<LoadResult>(
      new URL('./load.ts', import.meta.url),
      { url, token, bodies, connections, seconds: duration } satisfies LoadJob,
      signal,
    );
  await load(2); // warm
  const cpu = measured.cpuMs();
  const result = await load(seconds);
  const used = measured.cpuMs();
  const response = await client.send(second);
  const perRequest = Object.entries(used).map(([part, ms]) => [part, (ms - (cpu[part] ?? 0)) / result.requests]);
  return {
    operation,
    ...counts,
    ...result,
    bytes: Buffer.byteLength(JSON.stringify({ data: response.data })),
    cpuMs: Object.fromEntries(perRequest),
    floor: measured.isOwn ? await measureFloor(requests, client, { connections, seconds }, signal) : undefined,
  };
}

/** Replays the statements of the same requests without gateway and subgraphs. */
async function measureFloor(
  operations: readonly GraphOperation[],
  client: GraphClient,
  { connections, seconds }: Pick<Options, 'connections' | 'seconds'>,
  signal: AbortSignal,
): Promise<FloorResult> {
  const requests: (readonly Recorded[])[] = [];
  for (const operation of operations) {
    requests.push(await recordStatements(async () => requireData(await client.send(operation))));
  }
  return runProgram(
    new URL('./floor.ts', import.meta.url),
    { requests, connections, seconds } satisfies FloorJob,
    signal,
  );
}
