import { join, resolve } from 'node:path';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { needs } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { writeGivenJson } from '#shared/runtime/given-files.ts';
import { type Plan, planRelease } from '../release/plan.ts';
import { runRelease, takeBack } from '../release/run-release.ts';
import type { ReleaseTarget } from '../release/target.ts';
import { chooseTarget } from './deploy/choose-target.ts';

const project = join(import.meta.dirname, '..');
const pollMs = 1_000;
const daySeconds = 86_400;

const command = {
  call: 'npm run deploy --',
  does: 'Releases a version: migrates, tests it beside the former one, and directs 10, 25, 50, 75 and 100 % of the callers to it. Rolls back when it does not hold, and then exits with 1. See docs/guides/release.md.',
  options: {
    to: { type: 'string', value: 'VERSION', help: 'the version: the tag of its image' },
    target: { type: 'string', value: 'TARGET', default: 'kubernetes', help: 'kubernetes, compose or topology' },
    step: { type: 'string', value: 'SECONDS', default: '600', help: 'length of a step' },
    watch: {
      type: 'string',
      value: 'SECONDS',
      default: '3600',
      help: 'time for which the former version is kept after that',
    },
    first: {
      type: 'string',
      value: 'LIST',
      default: '',
      help: 'ids of organizations, and beginnings of API keys (13 characters), that get the version in a step of their own',
    },
    json: { type: 'string', value: 'FILE', writes: 'file', help: 'also writes the report there' },
    back: {
      type: 'boolean',
      default: false,
      help: 'ends a release that was left half done: the former version gets all traffic',
    },
    overlay: {
      type: 'string',
      value: 'FOLDER',
      default: 'k8s/overlays/us-east-1',
      help: 'kubernetes: the overlay of the cluster',
    },
    prometheus: {
      type: 'string',
      value: 'URL',
      default: 'http://127.0.0.1:9090',
      help: 'kubernetes: where the figures are',
    },
    'env-file': {
      type: 'string',
      value: 'FILE',
      default: '.env.production',
      help: 'compose: variables of docker-compose.yml',
    },
    data: { type: 'string', value: 'FOLDER', default: '.', help: 'topology: its data folder' },
    app: {
      type: 'string',
      value: 'FOLDER',
      default: project,
      help: 'topology: a checkout of the version, or what its image contains',
    },
  },
} as const;

/** Aborted by signals: the release is rolled back then. Further ones, and the loss of the terminal, do not keep it from that. */
function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.abort());
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  return interrupted.signal;
}

type Values = ReturnType<typeof readDeployLine>['values'];
const readDeployLine = () => readCommandLine(command);

/** The tag of an image. @throws ConfigurationError */
function givenVersion({ to = '' }: Values): string {
  if (/^\w[\w.-]{0,127}$/.test(to)) return to;
  throw needs('--to', 'a version, for example 1.2.0', to);
}

/** @throws ConfigurationError */
function givenPlan(values: Values): Plan {
  const seconds = (option: 'step' | 'watch', least: number) =>
    wholeNumber(option, values[option], least, daySeconds) * 1_000;
  const first = values.first.split(',').filter((one) => one !== '');
  const other = first.find((one) => !/^[\w-]{1,64}$/.test(one));
  if (other !== undefined) throw needs('--first', 'ids of organizations and beginnings of API keys', other);
  return planRelease(seconds('step', 1), seconds('watch', 0), first);
}

const openTarget = (values: Values): Promise<ReleaseTarget> =>
  chooseTarget({ ...values, project, data: resolve(values.data), app: resolve(values.app) });

async function goBack(values: Values): Promise<void> {
  await takeBack(await openTarget(values));
  console.log('The former version has all traffic.');
}

async function release(values: Values): Promise<void> {
  const version = givenVersion(values);
  const plan = givenPlan(values);
  const target = await openTarget(values);
  const say = (line: string) => console.log(line);
  const report = await runRelease(target, { version, plan, pollMs, say, signal: interruption() });
  if (values.json) writeGivenJson('--json', values.json, report);
  process.exitCode = report.outcome === 'released' ? 0 : 1;
}

try {
  const { values } = readDeployLine();
  await (values.back ? goBack(values) : release(values));
} catch (error) {
  exitWith(error);
}
