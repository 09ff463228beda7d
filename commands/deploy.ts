import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { exitWith } from '#shared/runtime/exit.ts';
import { planRelease } from '../release/plan.ts';
import { runRelease, takeBack } from '../release/run-release.ts';
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
    json: { type: 'string', value: 'FILE', help: 'also writes the report there' },
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

async function deploy(): Promise<void> {
  const { values } = readCommandLine(command);
  const target = await chooseTarget({ ...values, project, data: resolve(values.data), app: resolve(values.app) });
  if (values.back) {
    await takeBack(target);
    console.log('The former version has all traffic.');
    return;
  }
  const version = values.to;
  if (!version) throw new ConfigurationError('Name the version to release, for example --to 1.2.0.');
  const seconds = (option: 'step' | 'watch', least: number) =>
    wholeNumber(option, values[option], least, daySeconds) * 1_000;
  const first = values.first.split(',').filter((one) => one !== '');
  const other = first.find((one) => !/^[\w-]{1,64}$/.test(one));
  if (other !== undefined)
    throw new ConfigurationError(`--first: ids and beginnings of API keys are required; got ${other}`);
  const report = await runRelease(target, {
    version,
    plan: planRelease(seconds('step', 1), seconds('watch', 0), first),
    pollMs,
    say: (line) => console.log(line),
    signal: interruption(),
  });
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.outcome === 'released' ? 0 : 1;
}

try {
  await deploy();
} catch (error) {
  exitWith(error);
}
