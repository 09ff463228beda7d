/** What traces cost: CPU of one request, and p95, with every trace recorded and with none. See README.md. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { exitWith, orExit } from '#shared/runtime/exit.ts';
import { requireData } from '../../client/data.ts';
import { readMetrics } from '../../gateway/testing/metrics.ts';
import { openDemoClient } from '../graph/client.ts';
import type { LoadJob, LoadResult } from '../graph/load.ts';
import { documentOf, type Operation, operations } from '../graph/operations.ts';
import type { Measured } from '../graph/product.ts';
import { runProgram } from '../graph/run-program.ts';
import { startVariants } from '../graph/separate.ts';

const { values: flags } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:tracing --',
    does: 'Compares the CPU time and the p95 of requests with every trace recorded and with none. See bench/tracing/README.md.',
    options: {
      rounds: { type: 'string', value: 'NUMBER', default: '7', help: 'pairs of runs for each operation (7)' },
      seconds: { type: 'string', value: 'NUMBER', default: '3', help: 'length of a run (3)' },
      connections: { type: 'string', value: 'NUMBER', default: '4', help: 'requests in flight at a time (4)' },
      shipments: { type: 'string', value: 'NUMBER', default: '2000', help: 'history of the product (2000)' },
    },
  }),
);
const rounds = orExit(() => wholeNumber('rounds', flags.rounds, 1, 100));
const seconds = orExit(() => wholeNumber('seconds', flags.seconds, 1, 60));
const connections = orExit(() => wholeNumber('connections', flags.connections, 1, 64));
const shipments = orExit(() => wholeNumber('shipments', flags.shipments, 100, 100_000));

/** The bars of the product. */
const bars = { cpuPercent: 10, p95Ms: 5 };

interface Run {
  /** Of gateway and subgraphs, for one request. */
  readonly cpuMs: number;
  readonly p95Ms: number;
  readonly failed: number;
}

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());
process.once('SIGTERM', () => interrupted.abort());

try {
  await bench();
} catch (error) {
  if (!interrupted.signal.aborted) exitWith(error);
  process.exitCode = 130;
}

async function bench(): Promise<void> {
  // A collector that takes everything. It runs in this process, which is not measured.
  const collector = createServer((request, response) => {
    request.resume().once('end', () => response.end());
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo; // of a TCP server
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const { products, close } = await startVariants(shipments, [{ OTEL_SDK_DISABLED: 'true' }, traced]);
  const [off, on] = products;
  try {
    if (!off || !on) throw new Error('two variants start two products');
    let misses = 0;
    for (const operation of operations) misses += await compare(operation, off, on);
    console.log((await readMetrics(on.adminUrl)).match(/^gateway_spans_total.*$/gm)?.join('\n'));
    if (misses > 0) process.exitCode = 1;
  } finally {
    await close();
    collector.close();
    collector.closeAllConnections();
  }
}

/** @returns the number of missed bars */
async function compare(operation: Operation, off: Measured, on: Measured): Promise<number> {
  const sides = [await loadFor(operation, off), await loadFor(operation, on)] as const;
  for (const run of sides) await run(1); // warm
  const pairs: (readonly [Run, Run])[] = [];
  for (let round = 0; round < rounds; round++) {
    // The side that begins changes, so that no side always runs on a warmer machine.
    const [first, second] = round % 2 === 0 ? sides : [sides[1], sides[0]];
    const [one, other] = [await first(seconds), await second(seconds)];
    pairs.push(round % 2 === 0 ? [one, other] : [other, one]);
  }
  const cpuPercent = median(pairs.map(([before, after]) => (after.cpuMs / before.cpuMs - 1) * 100));
  const p95Ms = median(pairs.map(([before, after]) => after.p95Ms - before.p95Ms));
  const failed = pairs.flat().reduce((sum, run) => sum + run.failed, 0);
  const cpu = (side: 0 | 1) => median(pairs.map((pair) => pair[side].cpuMs)).toFixed(2);
  const p95 = (side: 0 | 1) => median(pairs.map((pair) => pair[side].p95Ms)).toFixed(1);
  console.log(
    `${operation.name.padEnd(20)} CPU ${cpu(0)} → ${cpu(1)} ms (${signed(cpuPercent)} %), p95 ${p95(0)} → ${p95(1)} ms (${signed(p95Ms)} ms), failed ${failed}`,
  );
  return Number(cpuPercent >= bars.cpuPercent) + Number(p95Ms >= bars.p95Ms) + Number(failed > 0);
}

async function loadFor(operation: Operation, { url, cpuMs }: Measured): Promise<(length: number) => Promise<Run>> {
  const { client, session } = openDemoClient(url, operation.account);
  const query = documentOf(operation);
  const requests = (await operation.variables(client)).map((variables) => ({
    ...{ query, variables },
    operationName: operation.name,
  }));
  for (const request of requests) requireData(await client.send(request)); // planned, prepared and in the caches of the database
  const token = await session.accessToken();
  const bodies = requests.map((request) => JSON.stringify(request));
  const ownMs = (): number => {
    const { PostgreSQL: _shared, ...own } = cpuMs();
    return Object.values(own).reduce((sum, ms) => sum + ms, 0);
  };
  return async (length) => {
    const before = ownMs();
    const job: LoadJob = { url, token, bodies, connections, seconds: length };
    const result = await runProgram<LoadResult>('./load.ts', job, interrupted.signal);
    return { cpuMs: (ownMs() - before) / result.requests, p95Ms: result.p95Ms, failed: result.failed };
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
