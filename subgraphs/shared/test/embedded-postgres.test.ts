import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EmbeddedPostgres } from '../database/postgres/embedded-postgres.ts';
import { postmasterOf } from '../database/postgres/postmaster.ts';
import { stopUnusedServer } from '../database/postgres/stop-unused.ts';
import { asAdmin } from '../database/provision.ts';
import { quickFlags } from './cluster.ts';

let folder: string;
let cluster: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'freight-embedded-'));
  cluster = join(folder, 'cluster');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const user = () => new EmbeddedPostgres(folder, { flags: quickFlags });
const responds = (url: string): Promise<boolean> =>
  asAdmin(url, undefined, async (client) => (await client.query('select 1')).rowCount === 1);

describe('the embedded PostgreSQL', () => {
  test('is shared: later processes join it, and the last to leave stops it', async () => {
    const [first, second] = [user(), user()];
    // Both start at once with an empty folder. One creates the files, the other waits.
    const [url, sameUrl] = await Promise.all([first.start(), second.start()]);
    expect(sameUrl).toBe(url);
    await expect(stopUnusedServer(folder)).rejects.toThrow('DATA_DIR: a folder that no process uses is required');
    await first[Symbol.asyncDispose]();
    expect(await responds(url)).toBe(true);
    await second[Symbol.asyncDispose]();
    expect(postmasterOf(cluster)).toBeUndefined();
  });

  test('keeps its port, so that clients with its address find it again', async () => {
    await using again = user();
    await using other = user();
    const url = await again.start();
    expect(await other.start()).toBe(url);
  });

  test('starts even if the PID file of a killed server contains the number of another program', async () => {
    const stranger = spawn('sleep', ['60']);
    await once(stranger, 'spawn');
    writeFileSync(join(cluster, 'postmaster.pid'), `${stranger.pid}\n`);
    try {
      await using server = user();
      expect(await responds(await server.start())).toBe(true);
    } finally {
      stranger.kill();
    }
  });
});
