/** What traces cost: CPU of one request, and p95, with every trace recorded and with none. See README.md. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith, orExit } from '#shared/runtime/exit.ts';
import { readMetrics } from '../../gateway/testing/metrics.ts';
import { type Operation, operations } from '../graph/operations.ts';
import type { Measured } from '../graph/product.ts';
import { startVariants } from '../graph/separate.ts';
import { loadFor, type Round, type Run, runRounds } from './rounds.ts';

const { values: flags } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:tracing --',
    does: 'Compares the CPU time and the p95 of requests with every trace recorded and with none. See bench/tracing/README.md.',
    options: {
      rounds: { type: 'string', value: 'NUMBER', default: '7', help: 'rounds of each operation and load (7)' },
      seconds: { type: 'string', value: 'NUMBER', default: '5', help: 'length of a round (5)' },
      connections: {
        type: 'string',
        value: 'NUMBER',
        default: '4',
        help: 'requests in flight at a time (4)',
      },
      only: { type: 'string', value: 'NAMES', default: '', help: 'of operations, with commas (all)' },
      control: {
        type: 'boolean',
        default: false,
        help: 'compares two products without traces: how far figures deviate',
      },
      shipments: { type: 'string', value: 'NUMBER', default: '2000', help: 'history of the product (2000)' },
    },
  }),
);
const rounds = orExit(() => wholeNumber('rounds', flags.rounds, 1, 100));
const seconds = orExit(() => wholeNumber('seconds', flags.seconds, 1, 60));
const connections = orExit(() => wholeNumber('connections', flags.connections, 1, 64));
const chosen = orExit(() => choose(flags.only.split(',').filter((name) => name !== '')));
const shipments = orExit(() => wholeNumber('shipments', flags.shipments, 100, 100_000));

/** The bars of the product. */
const bars = { cpuPercent: 10, p95Ms: 5 };

/** Seconds for which both sides run before they are measured, so that their code is compiled. */
const warmSeconds = 6;
/** Part of the capacity that is used besides full load. */
const usualPart = 0.6;

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
  const untraced = { OTEL_SDK_DISABLED: 'true' };
  const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` };
  const { products, close } = await startVariants(shipments, [untraced, flags.control ? untraced : traced]);
  const [off, on] = products;
  try {
    if (!off || !on) throw new Error('two variants start two products');
    let misses = 0;
    for (const operation of chosen) misses += await compare(operation, off, on);
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
  const { signal } = interrupted;
  const both = [await loadFor(operation, off), await loadFor(operation, on)] as const;
  await runRounds(both, 1, { connections, seconds: warmSeconds }, signal);
  const full = await runRounds(both, rounds, { connections, seconds }, signal);
  const rate = usualPart * median(full.map(({ requestsPerSecond }) => requestsPerSecond));
  const usual = await runRounds(both, rounds, { connections, seconds, rate }, signal);
  return report(operation, 'full load', full) + report(operation, `${rate.toFixed(0)}/s`, usual);
}

/** @returns the number of missed bars */
function report({ name }: Operation, load: string, done: readonly Round[]): number {
  const pairs = done.map(({ runs }) => runs);
  const ratios = pairs.map(([before, after]) => (after.cpuMs / before.cpuMs - 1) * 100);
  const cpuPercent = median(ratios);
  const p95Ms = median(pairs.map(([before, after]) => after.p95Ms - before.p95Ms));
  const failed = pairs.flat().reduce((sum, run) => sum + run.failed, 0);
  const of = (side: 0 | 1, figure: (run: Run) => number) => median(pairs.map((pair) => figure(pair[side])));
  const cpu = (side: 0 | 1) => of(side, (run) => run.cpuMs).toFixed(2);
  const p95 = (side: 0 | 1) => of(side, (run) => run.p95Ms).toFixed(1);
  const spread = `${signed(Math.min(...ratios))} to ${signed(Math.max(...ratios))}`;
  const costs = `CPU ${cpu(0)} → ${cpu(1)} ms (${signed(cpuPercent)} %, rounds ${spread}), p95 ${p95(0)} → ${p95(1)} ms (${signed(p95Ms)} ms)`;
  console.log(`${name.padEnd(20)} ${load.padStart(9)}: ${costs}, failed ${failed}`);
  return Number(cpuPercent >= bars.cpuPercent) + Number(p95Ms >= bars.p95Ms) + Number(failed > 0);
}

function choose(names: readonly string[]): readonly Operation[] {
  const unknown = names.find((wanted) => !operations.some(({ name }) => name === wanted));
  if (unknown !== undefined) throw new ConfigurationError(`--only: there is no operation ${unknown}`);
  return names.length === 0 ? operations : operations.filter(({ name }) => names.includes(name));
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function signed(value: number): string {
  return `${value >= 0 ? '+' : ''}${value.toFixed(1)}`;
}
