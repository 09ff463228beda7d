/** Sends a burst of unknown documents and shows their outcomes, and how other clients fare meanwhile. See README.md. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { orExit } from '#shared/runtime/exit.ts';
import { percentile } from '../../commands/load/percentile.ts';
import { readMetrics } from '../../gateway/testing/metrics.ts';
import { openDemoClient } from '../graph/client.ts';
import { startThrowaway } from '../graph/product.ts';
import type { BurstReport } from './client.ts';

const { values: flags } = orExit(() =>
  readCommandLine({
    call: 'npm run bench:burst --',
    does: 'Sends many unknown documents at once and shows their outcomes. See bench/burst/README.md.',
    options: {
      count: { type: 'string', value: 'NUMBER', default: '2000', help: 'documents (2000)' },
      budgets: { type: 'boolean', default: false, help: 'with budgets that are measured, so that nothing is refused' },
      limited: { type: 'boolean', default: false, help: 'with the default limits of clients' },
    },
  }),
);
const count = orExit(() => wholeNumber('count', flags.count, 1, 10_000));
const unlimited = {
  ...{ CLIENT_RATE: '0', CLIENT_NEW_DOCUMENTS: '0', CLIENT_CONNECTIONS: '1000000' },
  BUDGET_MODE: flags.budgets ? 'measure' : 'off',
};
const measured = await startThrowaway({ shipments: 2_000 }, flags.limited ? {} : unlimited);
try {
  const child = fork(new URL('./client.ts', import.meta.url), [
    measured.url,
    await openDemoClient(measured.url, 'dispatcher').session.accessToken(),
    String(count),
  ]);
  const [report] = (await Promise.race([once(child, 'message'), failed(child)])) as [BurstReport];
  print(report);
  const metrics = await readMetrics(measured.adminUrl);
  console.log('circuits', metrics.match(/^gateway_subgraph_circuit\{.*$/gm)?.join(' '));
} finally {
  await measured.close();
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit');
  throw new Error(`the client ended with ${code}`);
}

function print({ outcomes, probes }: BurstReport): void {
  for (const [outcome, group] of Map.groupBy(outcomes, ({ outcome: name }) => name)) {
    console.log(
      row(
        outcome,
        group.map(({ ms }) => ms),
      ),
    );
  }
  console.log(row('/health/live', probes));
}

function row(name: string, times: readonly number[]): string {
  const at = (share: number): string => `${percentile(times, share).toFixed(0)} ms`;
  return `${name.padEnd(32)} ${String(times.length).padStart(5)}   p50 ${at(0.5)}   p99 ${at(0.99)}   max ${at(1)}`;
}
