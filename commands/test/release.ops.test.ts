import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { copyProduct } from '../../drills/release/copy-product.ts';
import type { ReleaseReport } from '../../release/run-release.ts';
import type { CheckReport } from '../preflight/check.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const minutesMs = 60_000;

let data: string;
let topology: ChildProcess;
/** A checkout of this version. */
function checkoutOf(version: string): string {
  const folder = join(data, 'checkouts', version);
  return existsSync(folder) ? folder : copyProduct(root, folder, version);
}

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
  return run('nsenter', [...enter, process.execPath, ...args]).then(
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
    const target = ['--target', 'topology', '--data', data, '--app', checkoutOf('0.2.0'), '--json', file];
    const ended = await inside('commands/deploy.ts', '--to', '0.2.0', ...times, ...target);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const { steps, ...report } = JSON.parse(readFileSync(file, 'utf8')) as ReleaseReport;
    expect(report).toMatchObject({ version: '0.2.0', outcome: 'released' });
    expect(steps.map(({ share }) => share.percent)).toEqual([0, 10, 25, 50, 75, 100, 100]);
    expect(readFileSync(join(data, 'volumes/proxy-state/release.map'), 'utf8')).toBe('share 0\n');
  },
  8 * minutesMs,
);

test(
  'npm run deploy rolls back a folder with another version than the one that is released',
  async () => {
    const ended = await onTopology('--to', '1.2.0', '--app', checkoutOf('0.2.0'));
    expect(ended).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Rolling back: next-gateway-1 runs 0.2.0. Use an image that was built with'),
    });
  },
  8 * minutesMs,
);

test('npm run deploy is refused outside the network of the topology, before it changes anything', async () => {
  const target = ['--target', 'topology', '--data', data];
  const refused = run(process.execPath, ['commands/deploy.ts', '--to', '0.3.0', ...target], { cwd: root });
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('--target topology needs a shell in the network of the topology.'),
  });
});

/** A release that runs in the network of the topology. */
class Running {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number | null>;
  said = '';

  constructor(program: readonly string[], version: string, step: string) {
    const versioned = [...program, '--to', version, '--app', checkoutOf(version)];
    const args = [...versioned, '--target', 'topology', '--data', data, '--step', step, '--watch', '0'];
    this.#child = spawn('nsenter', [...enter, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk) => {
      this.said += String(chunk);
    });
    this.#exit = once(this.#child, 'exit').then(([code]) => code);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async says(line: string): Promise<void> {
    while (!this.said.includes(line)) {
      if (this.#child.exitCode !== null) throw new Error(`The release has ended: ${this.said}`);
      await once(this.#child.stdout ?? this.#child, 'data');
    }
  }

  /** Resolves with the exit code; null after SIGKILL. */
  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.#exit;
  }
}

const deploy = [process.execPath, 'commands/deploy.ts'];
const shares = () => readFileSync(join(data, 'volumes/proxy-state/release.map'), 'utf8');
const onTopology = (...args: readonly string[]) =>
  inside('commands/deploy.ts', ...args, '--target', 'topology', '--data', data, '--step', '1', '--watch', '0');
const isServed = async () => {
  const ask = "await fetch('https://proxy:8443/graphql').then((response) => console.log(response.status))";
  const { stdout } = await inside('--eval', `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; ${ask}`);
  return stdout.trim() !== '' && Number(stdout) < 500;
};

test(
  'two releases never run at once, and after each moment in which one is killed the next command goes on safely',
  async () => {
    const inStep = new Running(deploy, '0.3.0', '300');
    await inStep.says('10 % of the callers get the next version.');
    const refused = {
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(`Another release runs .process ${inStep.pid}.`),
    };
    expect(await onTopology('--to', '0.4.0')).toMatchObject(refused);
    expect(await onTopology('--back')).toMatchObject(refused);
    await inStep.end('SIGKILL');
    expect(shares()).toBe('share 10\n');
    expect(await isServed()).toBe(true);

    const next = new Running(deploy, '0.4.0', '1');
    await next.says('0.4.0 replaces the former version.');
    expect(next.said).toMatch(/^A release of 0\.3\.0 was left half done\. First the former version gets all requests/);
    await next.end('SIGKILL');
    expect(shares()).toBe('share 100\n');
    expect(await isServed()).toBe(true);

    const unfinished = { code: 1, stderr: expect.stringMatching(/0\.4\.0 has all traffic\. Finish the release first/) };
    expect(await onTopology('--back')).toMatchObject(unfinished);
    expect(await onTopology('--to', '0.5.0')).toMatchObject(unfinished);
    expect(await onTopology('--to', '0.4.0', '--app', checkoutOf('0.4.0'))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0\.4\.0 replaces/),
    });
    expect(shares()).toBe('share 0\n');
    expect(await isServed()).toBe(true);
  },
  8 * minutesMs,
);

test.each([
  ['npm', ['npm', 'run', 'deploy', '--'], 'SIGTERM'],
  ['a terminal that is closed', deploy, 'SIGHUP'],
] as const)(
  'a release that is interrupted by %s rolls back',
  async (_by, program, signal) => {
    const release = new Running(program, '0.6.0', '300');
    await release.says('10 % of the callers get the next version.');
    expect(await release.end(signal)).toBe(1);
    expect(release.said).toMatch(/The release was interrupted\.\nThe former version gets all requests again/);
    expect(shares()).toBe('share 0\n');
  },
  4 * minutesMs,
);

test(
  'npm run deploy -- --back gives the former version all traffic',
  async () => {
    const ended = await inside('commands/deploy.ts', '--back', '--target', 'topology', '--data', data);
    expect(ended).toEqual({ code: 0, stdout: 'The former version has all traffic.\n', stderr: '' });
  },
  minutesMs,
);
