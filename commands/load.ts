import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError, needs, parseEnvironment } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readGivenFile, writeGivenJson } from '#shared/runtime/given-files.ts';
import { GraphFailure } from '../client/graph-failure.ts';
import { readComposeFile } from '../drills/topology/compose-file.ts';
import { MissingPrograms, requirePrograms } from '../drills/topology/debian.ts';
import { isInside, runInside, setUpInside } from '../drills/topology/private-network.ts';
import { newComposeSecrets } from './keys/compose-secrets.ts';
import { type LoadKind, type LoadName, loadKinds } from './load/kinds.ts';
import type { LoadReport } from './load/report.ts';
import { type LoadTarget, runLoad } from './load/run-load.ts';
import { loadSettings } from './load/settings.ts';
import { withTopologyTarget } from './load/topology-target.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run load --',
  takes: 'light | moderate | heavy | soak',
  does: 'Sends the trusted documents of partners as many users, and prints what they got. Exits with 1 when a bar is missed. See docs/guides/load.md.',
  options: {
    url: {
      type: 'string',
      value: 'URL',
      help: 'GraphQL address of a running product, with API keys in the variable API_KEYS; by default the topology is started for it',
    },
    metrics: {
      type: 'string',
      value: 'URL,URL',
      default: '',
      help: 'with --url: metrics of its gateways and subgraphs, which the soak reads',
    },
    ca: { type: 'string', value: 'FILE', help: 'with --url: certificate of an edge that signs its own' },
    seconds: { type: 'string', value: 'NUMBER', help: 'shortens the soak, to try it (300)' },
    every: {
      type: 'string',
      value: 'MS',
      help: 'another time from one request of a user of the soak to the next (400)',
    },
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the report there' },
  },
} as const;

type Values = ReturnType<typeof readLoadLine>['values'];
const readLoadLine = () => readCommandLine(command);

/** @throws ConfigurationError for a name that is no load */
function chosenKind(positionals: readonly string[], { seconds, every }: Values): readonly [LoadName, LoadKind] {
  const [name, ...more] = positionals;
  const found = Object.keys(loadKinds).find((key): key is LoadName => key === name);
  if (!found || more.length > 0)
    throw needs('npm run load', `one of ${Object.keys(loadKinds).join(', ')}`, positionals.join(' '));
  const kind = loadKinds[found];
  if (seconds === undefined && every === undefined) return [found, kind];
  if ('requestsEach' in kind.ends) throw new ConfigurationError('Only the soak has --seconds and --every.');
  const lasts = seconds === undefined ? kind.ends.seconds : wholeNumber('seconds', seconds, 10, 86_400);
  const everyMs = every === undefined ? kind.everyMs : wholeNumber('every', every, 1, 60_000);
  return [found, { ...kind, ends: { seconds: lasts }, everyMs }];
}

/** The product that already runs. */
function givenTarget(url: string, { metrics, ca }: Values, kind: LoadKind): LoadTarget {
  const { API_KEYS: keys } = parseEnvironment(loadSettings, process.env);
  const addresses = metrics.split(',').filter((address) => address !== '');
  if (kind.lasting && addresses.length === 0)
    throw needs('--metrics', 'addresses, such as http://127.0.0.1:4100/metrics');
  return { url, keys, metrics: addresses, ...(ca !== undefined && { ca: readGivenFile('--ca', ca) }) };
}

/** @throws ConfigurationError for a product that cannot be reached, and for keys that it refuses */
async function runGiven(run: (target: LoadTarget) => Promise<LoadReport>, target: LoadTarget): Promise<LoadReport> {
  return run(target).catch((error: unknown) => {
    if (!(error instanceof GraphFailure)) throw error;
    throw new ConfigurationError(`${error.isFromGraph ? 'API_KEYS' : '--url'}: ${error.message}`);
  });
}

/** Runs the load on a topology of its own. */
async function runOnTopology(run: (target: LoadTarget) => Promise<LoadReport>): Promise<LoadReport> {
  const environment = { ...(await newComposeSecrets()), SERVER_NAME: 'proxy' };
  setUpInside(readComposeFile(join(project, 'docker-compose.yml'), environment));
  const data = mkdtempSync(join(tmpdir(), 'freight-load-'));
  try {
    return await withTopologyTarget({ project, data, environment, hasDemoData: false, say: console.log }, run);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function printReport({ load, requests, perSecond, p50Ms, p95Ms, p99Ms, codes, peakPerSecond, bars }: LoadReport): void {
  console.log(
    `${load}: ${requests} requests, ${perSecond}/s, p50 ${p50Ms} ms, p95 ${p95Ms} ms, p99 ${p99Ms} ms, failed ${JSON.stringify(codes)}`,
  );
  if (peakPerSecond !== undefined) console.log(`without pauses: ${peakPerSecond} requests per second`);
  for (const { id, figure, bar, unit, met } of bars)
    console.log(`${met ? 'met   ' : 'MISSED'} ${id}: ${figure} (bar ${bar} ${unit})`);
}

try {
  const { values, positionals } = readLoadLine();
  const [name, kind] = chosenKind(positionals, values);
  const run = (target: LoadTarget) => runLoad(name, kind, target);
  const { url } = values;
  if (url === undefined && !isInside()) {
    requirePrograms();
    process.exitCode = await runInside({});
  } else {
    const report = await (url === undefined ? runOnTopology(run) : runGiven(run, givenTarget(url, values, kind)));
    printReport(report);
    if (values.json) writeGivenJson('--json', values.json, report);
    process.exitCode = report.bars.every(({ met }) => met) ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof MissingPrograms)) exitWith(error);
  console.error(error.message);
  process.exitCode = 2;
}
