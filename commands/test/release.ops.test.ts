import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReleaseReport } from '../../release/run-release.ts';
import type { CheckReport } from '../preflight/check.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const minutesMs = 60_000;

let data: string;
let topology: ChildProcess;
/** Arguments of nsenter, as the topology prints them. */
let enter: readonly string[];
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'freight-release-'));
  topology = spawn('node', ['commands/topology.ts', '--data', data], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!topology.stdout) throw new Error('The topology has no output.');
  for await (const line of createInterface(topology.stdout)) {
    const [, found] = /^Ready: .* Another shell: nsenter (.+) bash$/.exec(line) ?? [];
    if (!found) continue;
    enter = found.split(' ');
    break;
  }
  topology.stdout.resume();
}, 5 * minutesMs);
afterAll(async () => {
  const exit = once(topology, 'exit');
  topology.kill('SIGTERM');
  await exit;
  rmSync(data, { recursive: true, force: true });
}, 2 * minutesMs);

/** Runs a command in the network of the topology. @returns its exit code and what it printed */
async function inside(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return run('nsenter', [...enter, `--wd=${root}`, process.execPath, ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

const preflight = async () => {
  const file = join(data, 'preflight.json');
  const { code } = await inside('commands/preflight.ts', '--env-file', join(data, 'variables.env'), '--json', file);
  const { checks } = JSON.parse(readFileSync(file, 'utf8')) as { checks: readonly CheckReport[] };
  return { code, failed: checks.filter(({ passed }) => !passed), count: checks.length };
};

test(
  'npm run preflight passes on a running product, once its first backup is known',
  async () => {
    const until = Date.now() + 4 * minutesMs;
    let found = await preflight();
    while (found.failed.some(({ name }) => name === 'backup') && Date.now() < until) found = await preflight();
    expect(found).toEqual({ code: 0, failed: [], count: 14 });
  },
  6 * minutesMs,
);

test(
  'npm run deploy releases the version of a folder, to a chosen organization first',
  async () => {
    const file = join(data, 'release.json');
    const times = ['--step', '1', '--watch', '1', '--first', 'ifk_live_4f9A'];
    const target = ['--target', 'topology', '--data', data, '--app', root, '--json', file];
    const ended = await inside('commands/deploy.ts', '--to', '0.2.0', ...times, ...target);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { steps, ...report } = JSON.parse(readFileSync(file, 'utf8')) as ReleaseReport;
    expect(report).toMatchObject({ version: '0.2.0', outcome: 'released' });
    expect(steps.map(({ share }) => share.percent)).toEqual([0, 10, 25, 50, 75, 100, 100]);
    expect(readFileSync(join(data, 'volumes/proxy-state/release.map'), 'utf8')).toBe('share 0\n');
  },
  8 * minutesMs,
);

test('npm run deploy is refused outside the network of the topology, before it changes anything', async () => {
  const target = ['--target', 'topology', '--data', data];
  const refused = run(process.execPath, ['commands/deploy.ts', '--to', '0.3.0', ...target], { cwd: root });
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('--target topology: a shell in the network of the topology is required'),
  });
});

test(
  'npm run deploy -- --back gives the former version all traffic',
  async () => {
    const ended = await inside('commands/deploy.ts', '--back', '--target', 'topology', '--data', data);
    expect(ended).toEqual({ code: 0, stdout: 'The former version has all traffic.\n', stderr: '' });
  },
  minutesMs,
);
