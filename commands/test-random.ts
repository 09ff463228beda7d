import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readCommandLine, wholeNumber } from '#shared/runtime/command-line.ts';
import { exitWith } from '#shared/runtime/exit.ts';

const command = {
  call: 'npm run test:random --',
  does: 'Runs the random tests with new seeds, ten times as many cases each, until the time is over or one fails.',
  options: {
    minutes: { type: 'string', value: 'NUMBER', default: '10', help: 'no round begins after this time (10)' },
    seed: { type: 'string', value: 'NUMBER', help: 'runs one round with the seed of a failure' },
  },
} as const;

const root = join(import.meta.dirname, '..');
const jest = ['--no-warnings', 'node_modules/jest/bin/jest.js'];
const runsFactor = '10';

/** Test files with random cases. */
function randomTests(): string[] {
  return globSync('{subgraphs,gateway,demo,client,test,commands}/**/*.test.ts', { cwd: root }).filter((file) =>
    /from '(?:fast-check|.*\/random\.ts)'/.test(readFileSync(join(root, file), 'utf8')),
  );
}

/** @returns whether every test passed */
function runRound(files: readonly string[], seed: number): boolean {
  console.log(`seed ${seed}`);
  const env = { ...process.env, TEST_SEED: String(seed), TEST_RUNS_FACTOR: runsFactor };
  const { status } = spawnSync(process.execPath, [...jest, '--testTimeout=1800000', ...files], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  if (status !== 0) console.error(`Again with: ${command.call} --seed ${seed}`);
  return status === 0;
}

try {
  const { values } = readCommandLine(command);
  const minutes = wholeNumber('minutes', values.minutes, 1, 100_000);
  const files = randomTests().map((file) => relative(root, join(root, file)));
  const until = performance.now() + minutes * 60_000;
  const given = values.seed === undefined ? undefined : wholeNumber('seed', values.seed, 1, 2_147_483_647);
  let hasPassed = true;
  do hasPassed = runRound(files, given ?? randomInt(1, 2_147_483_647));
  while (hasPassed && given === undefined && performance.now() < until);
  process.exitCode = hasPassed ? 0 : 1;
} catch (error) {
  exitWith(error);
}
