import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { postmasterOf } from '#shared/database/postgres/postmaster.ts';
import { isRunning } from '#shared/runtime/processes.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import { demoCredentials } from '../../demo/accounts.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** `npm start` as a newcomer runs it: in a terminal, through npm, on a data folder of its own. */
let dataDir: string;
let cluster: string;
beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'freight start '));
  cluster = join(dataDir, 'postgres', 'cluster');
});
afterAll(async () => {
  const left = [postmasterOf(cluster), processOfProduct()].filter((pid) => pid !== undefined);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

const npmStart = (environment: NodeJS.ProcessEnv = {}): Terminal =>
  openTerminal('npm start -- --no-simulator', {
    NODE_ENV: 'development',
    DATA_DIR: dataDir,
    PORT: '0',
    SUBGRAPH_BASE_PORT: '0',
    SEED_SHIPMENTS: '200',
    ...environment,
  });

/** Process number of the running product: its lock file begins with it. */
function processOfProduct(): number | undefined {
  const file = join(dataDir, 'start.pid');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : undefined;
}

/** Waits until something holds; not beyond the end of the command that is to bring it about. */
async function until(terminal: Terminal, holds: () => boolean | Promise<boolean>): Promise<void> {
  let ended = false;
  void terminal.exitCode.then(() => {
    ended = true;
  });
  while (!(await holds())) {
    if (ended) throw new Error(`the command ended:\n${terminal.lines.join('\n')}`);
    await sleep(50);
  }
}

async function readyAt(terminal: Terminal): Promise<string> {
  await terminal.line('Ctrl-C stops everything');
  return /http:\S+/.exec(await terminal.line('Graph '))?.[0] ?? '';
}

async function signsIn(url: string): Promise<boolean> {
  const query = 'mutation($input: SignInInput!) { signIn(input: $input) { viewer { name } } }';
  const client = createGraphClient({ url, attempts: 1 });
  const { data } = await client.send<{ signIn: { viewer: { name: string } | null } | null }>({
    query,
    variables: { input: demoCredentials('dispatcher') },
  });
  return typeof data?.signIn?.viewer?.name === 'string';
}

const leftovers = () => ({
  postgres: postmasterOf(cluster),
  locks: [dataDir, join(dataDir, 'postgres')]
    .flatMap((folder) => readdirSync(folder))
    .filter((name) => /pid$/.test(name)),
});

describe('npm start', () => {
  test('a port that is in use is reported before anything is started', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const terminal = npmStart({ SUBGRAPH_BASE_PORT: String(port - 2) });
    expect(await terminal.line('SUBGRAPH_BASE_PORT')).toMatch(
      // Another program may hold a port beside ours.
      /^SUBGRAPH_BASE_PORT: a free port is required for [a-z]+; 127\.0\.0\.1:\d+ is in use\./,
    );
    expect(await terminal.exitCode).toBe(1);
    holder.close();
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  });

  test('Ctrl-C during the first start leaves nothing running', async () => {
    const terminal = npmStart();
    await until(terminal, () => postmasterOf(cluster) !== undefined);
    terminal.interrupt();
    expect(await terminal.exitCode).toBe(130);
    expect(leftovers()).toEqual({ postgres: undefined, locks: [] });
  });

  test('PostgreSQL is restarted when it dies, outlives a kill of the product, and ends with the next one', async () => {
    const first = npmStart();
    const url = await readyAt(first);
    expect(await signsIn(url)).toBe(true);
    process.kill(postmasterOf(cluster)!, 'SIGKILL');
    await until(first, () => signsIn(url));

    const postgres = postmasterOf(cluster)!;
    process.kill(processOfProduct()!, 'SIGKILL');
    await first.exitCode;
    expect(isRunning(postgres)).toBe(true);

    const second = npmStart();
    expect(await signsIn(await readyAt(second))).toBe(true);
    expect(postmasterOf(cluster)).toBe(postgres);
    second.interrupt();
    // 130 when npm handed its copy of the signal on so late that it counts as a second Ctrl-C.
    expect([0, 130]).toContain(await second.exitCode);
    await second.line('Stopping; data stays in place.');
    expect(leftovers()).toEqual({ postgres: undefined, locks: [] });
  });
});
