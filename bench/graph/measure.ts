import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { requireData } from '../../client/data.ts';
import type { GraphOperation } from '../../client/graph-client.ts';
import { openDemoClient } from './client.ts';
import { type Counts, countsOf } from './counts.ts';
import type { LoadJob, LoadResult } from './load.ts';
import { documentOf, type Operation } from './operations.ts';
import type { Options } from './options.ts';
import type { Measured } from './product.ts';

export type Row = Counts & LoadResult & { readonly operation: Operation };

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
  const counts = await countsOf(measured, async () => requireData(await client.send(second)));
  const token = await session.accessToken();
  const bodies = requests.map((request) => JSON.stringify(request));
  const load = (duration: number) => runLoad({ url, token, bodies, connections, seconds: duration }, signal);
  await load(1); // warm
  return { operation, ...counts, ...(await load(seconds)) };
}

async function runLoad(job: LoadJob, signal: AbortSignal): Promise<LoadResult> {
  const file = fileURLToPath(new URL('./load.ts', import.meta.url));
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const exited = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`load.ts ended with ${code}`))));
  });
  child.stdin.end(JSON.stringify(job));
  const [output] = await Promise.all([text(child.stdout), exited]);
  return JSON.parse(output) as LoadResult; // written by load.ts
}
