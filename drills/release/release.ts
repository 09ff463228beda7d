import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plan, planRelease } from '../../release/plan.ts';
import { readVersion } from '../../release/read-version.ts';
import { type ReleaseReport, runRelease } from '../../release/run-release.ts';
import { atMost, type Drill, type DrillCase, type DrillContext, ledgerBars, refusedRequests } from '../drill.ts';
import { createOperator, withApiKeys } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import { runFault } from '../with-ledger.ts';
import { withTopology } from '../with-topology.ts';
import { copyProduct } from './copy-product.ts';
import { topologyTarget } from './topology-target.ts';

/** Callers that the edge tells apart: with them, a share of 10 % is some callers. */
const callers = 40;
const pollMs = 1_000;
const failingVersion = '9999.0.0-fails';
/** Production takes 10 minutes for a step, and an hour to watch. Here one machine runs everything at once, so responses may take longer. */
const planned = planRelease(5_000, 5_000);
const plan: Plan = { ...planned, limits: { ...planned.limits, stepP95: 5 } };

/** A release of the same version: every process is restarted, and no request is refused. */
export const rollingDrill: Drill = {
  name: 'rolling',
  does: 'restarts all gateways and subgraphs, by a release of the same version, while clients write',
  run: (site) => withTopology(site, (context) => release('rolling', context.project, context)),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap((one) => [
      atMost(`${one.name}.refused`, refusedRequests(one), 0, 'requests'),
      atMost(`${one.name}.rolledBack`, one.release?.outcome === 'released' ? 0 : 1, 0, 'releases'),
    ]),
  ],
};

/** A version that passes its health checks and its smoke test, and then fails to write. */
export const releaseDrill: Drill = {
  name: 'release',
  does: 'releases a version that fails on purpose while clients write; the release is rolled back',
  run: (site) =>
    withTopology(site, async (context) => {
      const cases = await release('fails', copyFailing(context.project, join(site.data, 'failing')), context);
      await startOnNewSchema(context);
      return cases;
    }),
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ name, failingMs, release: report }) => [
      atMost(`${name}.released`, report?.outcome === 'rolledBack' ? 0 : 1, 0, 'releases'),
      atMost(`${name}.failing`, failingMs / 1_000, 30, 's'),
      atMost(`${name}.rollback`, (report?.rollbackMs ?? Number.POSITIVE_INFINITY) / 1_000, 30, 's'),
    ]),
  ],
};

/** @param app folder of the version */
async function release(name: string, app: string, context: DrillContext): Promise<readonly DrillCase[]> {
  const { topology, say } = context;
  const operator = await withApiKeys(await createOperator(context), callers);
  const target = topologyTarget(topology, topology.volume('proxy-state'), app);
  const version = readVersion('app', app);
  let report: ReleaseReport | undefined;
  const fault = {
    name,
    async begin() {
      report = await runRelease(target, { version, plan, pollMs, say });
    },
    end: () => undefined,
  };
  const measured = await runFault(operator, fault, context);
  return [{ ...measured, ...(report && { release: report }) }];
}

/** The former version also starts on the tables of the next one. @throws Error if it does not, or if they are not there */
async function startOnNewSchema({ topology }: DrillContext): Promise<void> {
  await queryOnce(
    topology.environmentOf('shipments')['SUBGRAPH_DATABASE_URL'] ?? '',
    'select drilled_at from shipments.shipment cross join shipments.drilled limit 1',
  );
  const shipments = topology.of('shipments');
  await shipments.stop();
  shipments.start();
  await shipments.healthy(60_000);
}

/** A copy of the product that adds to the tables of shipments, and that cannot create any. */
function copyFailing(project: string, folder: string): string {
  copyProduct(project, folder, failingVersion);
  const file = join(folder, 'subgraphs/shipments/store/create.ts');
  const text = readFileSync(file, 'utf8');
  const broken = text.replace(
    /(export async function createShipment\([^{]*\{)/,
    "$1 throw new Error('fails on purpose');",
  );
  if (broken === text) throw new Error(`${file} has no function createShipment.`);
  writeFileSync(file, broken);
  addMigration(join(folder, 'subgraphs/shipments/migrations'));
  return folder;
}

/** The former version then runs on a schema that is newer than itself. */
function addMigration(folder: string): void {
  writeFileSync(
    join(folder, '9999-expand.ts'),
    `import { Migration } from '@mikro-orm/migrations';
    export class Expand extends Migration {
      override up(): void {
        this.addSql('alter table shipment add column drilled_at timestamptz');
        this.addSql('create table drilled (id uuid primary key)');
      }
    }`,
  );
  const list = join(folder, 'list.ts');
  const text = readFileSync(list, 'utf8').replace(/\];\s*$/, "  { name: '9999-expand', class: Expand },\n];\n");
  writeFileSync(list, `import { Expand } from './9999-expand.ts';\n${text}`);
}
