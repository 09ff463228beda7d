import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCommandLine } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { writeGivenJson } from '#shared/runtime/given-files.ts';
import { describeCase } from '../drills/describe-case.ts';
import type { Drill, DrillReport } from '../drills/drill.ts';
import { drills } from '../drills/drills.ts';
import { readReports, summarize } from '../drills/summary.ts';
import { readComposeFile } from '../drills/topology/compose-file.ts';
import { installPrograms, MissingPrograms, requirePrograms } from '../drills/topology/debian.ts';
import { isInside, runInside, setUpInside } from '../drills/topology/private-network.ts';
import { newComposeSecrets } from './keys/compose-secrets.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run drill --',
  takes: 'list | all | NAME | summary FILE…',
  does: 'Breaks a part of the product on purpose, on the topology of `npm run topology`, and prints what clients saw. Exits with 1 when a bar is missed. See docs/guides/drills.md.',
  options: {
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the reports there' },
    demo: {
      type: 'boolean',
      default: false,
      help: 'fills the database of the drill `restore` with the demo company and its 18 months',
    },
    install: {
      type: 'boolean',
      default: false,
      help: 'installs the programs of Debian that drills need, and does nothing else',
    },
  },
} as const;

/** @throws ConfigurationError for a name that is no drill */
function chosenDrills(positionals: readonly string[]): readonly Drill[] {
  const [name, ...more] = positionals;
  if (name === 'all' && more.length === 0) return drills;
  const found = drills.filter((drill) => drill.name === name && more.length === 0);
  if (found.length > 0) return found;
  const names = drills.map((drill) => drill.name).join(', ');
  throw needs('npm run drill', `list, all or one of ${names}`, positionals.join(' '));
}

/** Runs a drill on a topology of its own. A drill that cannot go on is a report with a missed bar. */
async function runDrill(drill: Drill, hasDemoData: boolean): Promise<DrillReport> {
  const startedAt = new Date().toISOString();
  const data = mkdtempSync(join(tmpdir(), 'drill-'));
  try {
    const environment = { ...(await newComposeSecrets()), SERVER_NAME: 'proxy' };
    const cases = await drill.run({ project, data, environment, hasDemoData, say: (line) => console.log(line) });
    return { drill: drill.name, startedAt, cases, bars: drill.bars(cases) };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    const bar = { id: 'completed', figure: 0, bar: 1, unit: 'drills', met: false };
    return { drill: drill.name, startedAt, cases: [], bars: [bar], failure };
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function printReport({ drill, cases, bars, failure }: DrillReport): void {
  if (failure) console.error(`${drill} ended early: ${failure}`);
  for (const one of cases) console.log(`${drill} ${describeCase(one)}`);
  for (const { id, figure, bar, unit, met } of bars)
    console.log(`${met ? 'met   ' : 'MISSED'} ${id}: ${figure} (bar ${bar} ${unit})`);
}

async function runAll(chosen: readonly Drill[], hasDemoData: boolean, file: string | undefined): Promise<void> {
  setUpInside(readComposeFile(join(project, 'docker-compose.yml'), await newComposeSecrets()));
  const reports: DrillReport[] = [];
  for (const drill of chosen) {
    const report = await runDrill(drill, hasDemoData);
    printReport(report);
    reports.push(report);
  }
  if (file) writeGivenJson('--json', file, reports.length === 1 && reports[0] ? reports[0] : reports);
  process.exitCode = reports.every(({ bars }) => bars.every(({ met }) => met)) ? 0 : 1;
}

try {
  const { values, positionals } = readCommandLine(command);
  const [action, ...rest] = positionals;
  if (values.install) installPrograms();
  else if (action === 'summary') for (const line of summarize(readReports(rest))) console.log(line);
  else if (action === 'list') for (const { name, does } of drills) console.log(`${name}: ${does}`);
  else {
    const chosen = chosenDrills(positionals);
    requirePrograms(chosen.flatMap(({ requires = [] }) => requires));
    if (isInside()) await runAll(chosen, values.demo, values.json);
    else process.exitCode = await runInside({});
  }
} catch (error) {
  if (!(error instanceof MissingPrograms)) exitWith(error);
  console.error(error.message);
  process.exitCode = 2;
}
