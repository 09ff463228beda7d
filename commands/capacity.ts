import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { readGivenFile, writeGivenJson } from '#shared/runtime/given-files.ts';
import { readPoints, readUnit } from './capacity/measured.ts';
import { type Capacity, computeCapacity, type Deviation, deviationOf, shown } from './capacity/model.ts';
import { readQuantity } from './check-deploy/kubernetes/quantity.ts';
import { readDeployment } from './costs/deployment.ts';
import { readInputs } from './costs/inputs.ts';
import { deployedProcesses } from './k8s/deployed-process.ts';

const project = join(import.meta.dirname, '..');

const command = {
  call: 'npm run capacity --',
  does: 'Computes what a number of users and sockets needs in a region, from measured figures, and compares the model with measured loads. See docs/guides/capacity.md.',
  options: {
    users: { type: 'string', value: 'NUMBER', default: '1000', help: 'people and programs that send requests (1000)' },
    every: { type: 'string', value: 'SECONDS', default: '10', help: 'from one request of a user to the next (10)' },
    sockets: { type: 'string', value: 'NUMBER', default: '1000', help: 'open subscriptions (1000)' },
    messages: { type: 'string', value: 'NUMBER', default: '15', help: 'messages of a socket per minute (15)' },
    load: { type: 'string', value: 'FILE', help: 'report of a load on the topology: what a request takes' },
    live: {
      type: 'string',
      value: 'FILE,FILE',
      default: '',
      help: 'reports of bench:live with few and with many subscribers: what a socket takes',
    },
    check: {
      type: 'string',
      value: 'FILE,FILE',
      default: '',
      help: 'reports of other loads, to compare the model with',
    },
    measure: {
      type: 'string',
      value: 'FOLDER',
      writes: 'folder',
      help: 'measures all of these first, in about 6 minutes, and keeps them there',
    },
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the result there' },
  },
} as const;

interface Reports {
  readonly load: string;
  readonly live: readonly [string, string];
  readonly check: readonly string[];
}

function givenReports({ load, live, check }: { load?: string; live: string; check: string }): Reports {
  const [few, many, ...more] = live.split(',');
  if (!load) throw needs('--load', 'a report of `npm run load`, unless --measure FOLDER makes it');
  readGivenFile('--load', load); // a missing file is named before the other options
  if (!few || !many || more.length > 0) throw needs('--live', 'two reports of `npm run bench:live`', live);
  return { load, live: [few, many], check: check.split(',').filter((file) => file !== '') };
}

/** Runs the loads and benches themselves. A missed bar of theirs does not matter here. */
function measureReports(folder: string): Reports {
  mkdirSync(folder, { recursive: true });
  const report = (name: string, args: readonly string[]): string => {
    const file = join(folder, `${name}.json`);
    try {
      execFileSync(process.execPath, ['--no-warnings', ...args, '--json', file], { cwd: project, stdio: 'inherit' });
    } catch (error) {
      console.error(`${name} ended with an error or a missed bar: ${String(error)}`);
    }
    return file;
  };
  const live = (subscribers: string) =>
    report(`live-${subscribers}`, ['bench/live/run.ts', '--subscribers', subscribers, '--events', '50']);
  return {
    load: report('half-soak', ['commands/load.ts', 'soak', '--seconds', '60', '--every', '800']),
    live: [live('250'), live('1000')],
    check: [report('soak', ['commands/load.ts', 'soak', '--seconds', '60'])],
  };
}

function print({ lines, pods, bottleneck, fits }: Capacity, deviations: readonly Deviation[]): void {
  for (const { what, arithmetic, figure, unit } of lines)
    console.log(`${what}: ${arithmetic} = ${shown(figure)} ${unit}`.trim());
  console.log(`pods: ${pods.map((one) => `${one.name} ${one.pods} of ${one.podsMost}`).join(', ')}`);
  console.log(
    `With more requests ${bottleneck === 'database' ? 'the database' : `the pods of ${bottleneck}`} would end first. The demand ${fits ? 'fits' : 'does not fit'}.`,
  );
  for (const { name, perSecond, cores, predictedCores, percent } of deviations)
    console.log(
      `model against ${name}: ${shown(perSecond)}/s used ${shown(cores)} cores, predicted ${shown(predictedCores)}: ${percent > 0 ? '+' : ''}${shown(percent)} %`,
    );
}

try {
  const { values } = readCommandLine(command);
  const { measure, json } = values;
  const demand = {
    users: wholeNumber('users', values.users, 1, 100_000_000),
    secondsBetweenRequests: wholeNumber('every', values.every, 1, 86_400),
    sockets: wholeNumber('sockets', values.sockets, 0, 100_000_000),
    messagesPerMinute: wholeNumber('messages', values.messages, 0, 6_000),
  };
  const reports = measure === undefined ? givenReports(values) : measureReports(measure);
  const unit = readUnit(reports.load, reports.live);
  const { processes, databaseCores } = await readDeployment(project);
  const { utilization } = readInputs(join(project, 'infra/costs/inputs.yaml')).assumed;
  const gateway = deployedProcesses().find(({ name }) => name === 'gateway');
  const capacity = computeCapacity(unit, demand, {
    processes,
    utilization,
    databaseCores,
    socketsPerGateway: gateway?.subscriptionsPerPod ?? 0,
    gatewayMegabytesMost: readQuantity(gateway?.resources.limits.memory ?? 0) / 2 ** 20,
  });
  const deviations = readPoints(reports.check).map((point) => deviationOf(unit, point));
  print(capacity, deviations);
  if (json) writeGivenJson('--json', json, { unit, demand, ...capacity, deviations });
} catch (error) {
  exitWith(error);
}
