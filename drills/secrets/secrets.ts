import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { atMost, type Drill, type DrillCase, type DrillContext, type DrillSite, ledgerBars } from '../drill.ts';
import { createOperator, withApiKeys } from '../operator.ts';
import { queryOnce } from '../query-once.ts';
import type { RunningService } from '../topology/running-service.ts';
import { runFault } from '../with-ledger.ts';
import { withTopology } from '../with-topology.ts';
import { ArgumentWatch } from './collect-arguments.ts';
import { findEdgeFaults } from './edge.ts';
import { findSecrets, type NamedSecrets, type Outputs } from './find-secrets.ts';
import { type ClientSecrets, makeRefusals } from './refusals.ts';
import { secretsOf } from './secrets-of.ts';

const healthyMs = 60_000;
/** They end in the middle of their work, so that they and their clients log what went wrong. */
const killed = ['access', 'redis', 'postgres'];

/** Looks for every secret of the product in all that it prints and sends, from the first start on. */
export const secretsDrill: Drill = {
  name: 'secrets',
  does: 'sends secrets in the wrong places, kills access, Redis and the database, then looks for secrets in logs, metrics, responses and arguments of processes',
  run: async (site) => {
    await using watch = new ArgumentWatch();
    return await withTopology(site, async (context) => [await searchRun(context, watch)], {
      also: ['postgres-standby'],
    });
  },
  bars: (cases) => [
    ...ledgerBars(cases),
    ...cases.flatMap(({ shownSecrets = [], edgeFaults = [], searchedPlaces = 0 }) => [
      ...shownSecrets.map((secret) => atMost(secret, 1, 0, 'secrets')),
      ...edgeFaults.map((fault) => atMost(fault, 1, 0, 'faults')),
      atMost('places that were not searched', Math.max(0, leastPlaces - searchedPlaces), 0, 'places'),
    ]),
  ],
};

/** Logs of 14 services, metrics of 10, the responses to mistakes, the statistics of statements, and the arguments of processes. */
const leastPlaces = 36;

async function searchRun(context: DrillContext, watch: ArgumentWatch): Promise<DrillCase> {
  const operator = await withApiKeys(await createOperator(context), 4);
  const apiKey = operator.callers[0]?.['x-api-key'] ?? '';
  const clients: ClientSecrets = { ...operator.secrets, accessToken: operator.accessToken, apiKey };
  let responses: Outputs = {};
  const fault = {
    name: 'secrets',
    async begin() {
      responses = { ...(await makeRefusals(clients)), 'statistics of statements': await statementsOf(context) };
      for (const service of killed) {
        const running = context.topology.of(service);
        running.signal('SIGKILL');
        await running.healthy(healthyMs);
      }
    },
    end: () => undefined,
  };
  const result = await runFault(operator, fault, context);
  const outputs = {
    ...responses,
    ...(await metricsOf(context)),
    ...logsOf(context),
    'arguments of processes': (await watch.stop()).join('\n'),
  };
  const secrets: NamedSecrets = { ...secretsOf(context.environment), ...clients };
  return {
    ...result,
    shownSecrets: findSecrets(secrets, outputs),
    edgeFaults: await findEdgeFaults(),
    searchedPlaces: Object.values(outputs).filter((output) => output !== '').length,
  };
}

/** What every service has printed since its start. */
function logsOf({ data }: DrillSite): Outputs {
  const folder = join(data, 'services');
  const files = readdirSync(folder).filter((file) => file.endsWith('.log'));
  return Object.fromEntries(files.map((file) => [`log ${file}`, readFileSync(join(folder, file), 'utf8')]));
}

/** The texts of all statements that `pg_stat_statements` keeps. The role of the metrics reads them. */
async function statementsOf({ topology }: DrillContext): Promise<string> {
  const administrator = topology.environmentOf('migrate')['DATABASE_URL'] ?? '';
  const rows = await queryOnce<{ query: string }>(administrator, 'select query from pg_stat_statements');
  return rows.map(({ query }) => query).join('\n');
}

async function metricsOf({ topology }: DrillContext): Promise<Outputs> {
  const read = [...topology.services.values()].flatMap((service) => {
    const port = metricsPortOf(service);
    return port === undefined ? [] : [readMetrics(service.name, port)];
  });
  return Object.fromEntries(await Promise.all(read));
}

function metricsPortOf({ name, environment }: RunningService): string | undefined {
  return name === 'proxy' ? '8404' : (environment['ADMIN_PORT'] ?? environment['PORT']);
}

async function readMetrics(name: string, port: string): Promise<readonly [string, string]> {
  const response = await fetch(`http://${name}:${port}/metrics`);
  if (!response.ok) throw new Error(`The metrics of ${name} are missing: ${response.status}`);
  return [`metrics of ${name}`, await response.text()];
}
