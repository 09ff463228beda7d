import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { type Replication, startReplication } from '#shared/test/replication.ts';
import { queryOnce } from '../query-once.ts';

/** The primary of a region with one follower, and infra/postgres/guard-primary.sh beside it. */
const script = join(import.meta.dirname, '../../infra/postgres/guard-primary.sh');
let servers: Replication;
let guard: ChildProcess | undefined;

beforeAll(async () => {
  servers = await startReplication();
  await queryOnce(servers.primaryUrl, 'create table note (text text)');
});
afterEach(async () => {
  await stopGuard();
  await servers.startStandby();
  await setReadOnly('off');
  await accepts('writes');
});
afterAll(async () => servers?.[Symbol.asyncDispose]());

/** Starts the guard, which needs one follower. */
function startGuard(): void {
  const { port } = new URL(servers.primaryUrl);
  const environment = { ...process.env, PGHOST: '127.0.0.1', PGPORT: port, PGUSER: 'postgres' };
  guard = spawn('bash', [script, '1'], { env: environment, stdio: 'ignore' });
}

async function stopGuard(): Promise<void> {
  if (!guard) return;
  const exited = once(guard, 'exit');
  guard.kill('SIGKILL');
  await exited;
  guard = undefined;
}

async function setReadOnly(value: 'on' | 'off'): Promise<void> {
  await queryOnce(servers.primaryUrl, `alter system set default_transaction_read_only = ${value}`);
  await queryOnce(servers.primaryUrl, 'select pg_reload_conf()');
}

const write = () => queryOnce(servers.primaryUrl, `insert into note values ('Dock 1')`);

/** Resolves when a new session of the primary has this setting. */
async function accepts(what: 'writes' | 'reads only'): Promise<void> {
  const wanted = what === 'writes' ? 'off' : 'on';
  for (;;) {
    const [found] = await queryOnce<{ setting: string }>(
      servers.primaryUrl,
      `select current_setting('default_transaction_read_only') as setting`,
    ).catch(() => []);
    if (found?.setting === wanted) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test('a primary that nobody follows refuses writes, and accepts them when its region follows again', async () => {
  startGuard();
  await write();
  await servers.killStandby();
  await accepts('reads only');
  await expect(write()).rejects.toThrow('read-only transaction');
  await servers.startStandby();
  await accepts('writes');
  await write();
});

test('a guard that starts again finds the fence and opens it', async () => {
  startGuard();
  await servers.killStandby();
  await accepts('reads only');
  await stopGuard();
  await servers.startStandby();
  startGuard();
  await accepts('writes');
  await write();
});

test('a guard ends a transaction that began before the fence of a guard that was killed', async () => {
  const writer = new pg.Client(servers.primaryUrl);
  const errors: string[] = [];
  writer.on('error', ({ message }) => errors.push(message));
  await writer.connect();
  const ended = new Promise<void>((resolve) => writer.once('end', resolve));
  await writer.query('begin');
  await servers.killStandby();
  await setReadOnly('on');
  startGuard();
  await ended;
  expect(errors).toContain('terminating connection due to administrator command');
});

test('a primary that returns with its guard is fenced until a region follows it', async () => {
  await servers.killStandby();
  startGuard();
  await accepts('reads only');
  await servers.startStandby();
  await accepts('writes');
});
