import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { atMost, type Drill, type DrillCase, type DrillContext, ledgerBars, refusedRequests } from './drill.ts';
import { createOperator } from './operator.ts';
import { runFault } from './with-ledger.ts';
import { withTopology } from './with-topology.ts';

const gateways = ['gateway-1', 'gateway-2'];
const decidedMs = 60_000;

const statusResponse = z.object({ current: z.string(), refused: z.object({ hash: z.string() }).nullable() });
type Status = z.infer<typeof statusResponse>;

/** A release of the supergraph that must not serve. */
interface BadSupergraph {
  readonly name: string;
  change(text: string): string;
}

const badSupergraphs: readonly BadSupergraph[] = [
  { name: 'broken', change: (text) => text.slice(0, text.length / 2) },
  // Registered documents of our apps read `shipment`.
  { name: 'breaking', change: (text) => text.replace(/^ {2}shipment\(/m, '  shipmentOfId(') },
];

/** The file of the supergraph is replaced by one that is not whole, and by one that breaks registered documents. */
export const supergraphDrill: Drill = {
  name: 'supergraph',
  does: 'releases a supergraph that is not whole, and one that breaks registered documents, while clients write',
  async run(site) {
    const folder = join(site.project, 'schema');
    const copy = join(site.data, 'schema');
    cpSync(folder, copy, { recursive: true });
    // The gateways read the copy, in this mount namespace only.
    execFileSync('mount', ['--bind', copy, folder]);
    try {
      return await withTopology(site, (context) => releaseAll(context, join(copy, 'supergraph.graphql')));
    } finally {
      execFileSync('umount', ['--lazy', folder]);
    }
  },
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap((one) => [
      atMost(`${one.name}.refusal`, (one.refusalMs ?? 0) / 1_000, 30, 's'),
      atMost(`${one.name}.refused`, refusedRequests(one), 0, 'requests'),
    ]),
  ],
};

async function releaseAll(context: DrillContext, file: string): Promise<readonly DrillCase[]> {
  const operator = await createOperator(context);
  const good = readFileSync(file, 'utf8');
  const cases: DrillCase[] = [];
  for (const { name, change } of badSupergraphs) {
    let refusalMs = 0;
    const bad = change(good);
    const fault = {
      name,
      async begin() {
        const begunAt = Date.now();
        release(file, bad);
        await decided(({ current, refused }) => current === hashOf(good) && refused?.hash === hashOf(bad));
        refusalMs = Date.now() - begunAt;
      },
      async end() {
        release(file, good);
        await decided(({ current, refused }) => current === hashOf(good) && refused === null);
      },
    };
    cases.push({ ...(await runFault(operator, fault, context)), refusalMs });
  }
  return cases;
}

function release(file: string, text: string): void {
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

const hashOf = (text: string): string => hash('sha256', text, 'hex');

/** Resolves when every gateway says this of its supergraphs. */
async function decided(isDecided: (status: Status) => boolean): Promise<void> {
  const until = Date.now() + decidedMs;
  for (;;) {
    const all = await Promise.all(gateways.map(readStatus));
    if (all.every(isDecided)) return;
    if (Date.now() > until)
      throw new Error(`The gateways do not decide after ${decidedMs / 1_000} s: ${JSON.stringify(all)}`);
    await delay(100);
  }
}

async function readStatus(gateway: string): Promise<Status> {
  const response = await fetch(`http://${gateway}:4100/supergraph`);
  return statusResponse.parse(await response.json());
}
