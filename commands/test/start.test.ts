import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { postmasterOf } from '#shared/database/postgres/postmaster.ts';
import { createInstallation, until } from './installation.ts';

describe('npm start', () => {
  test('a port that is in use is reported before anything is started', async () => {
    using installation = createInstallation();
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const terminal = installation.start({ SUBGRAPH_BASE_PORT: String(port - 2) });
    expect(await terminal.line('SUBGRAPH_BASE_PORT')).toMatch(
      // Another program may hold a port beside ours.
      /^SUBGRAPH_BASE_PORT: a free port is required for [a-z]+; 127\.0\.0\.1:\d+ is in use\./,
    );
    expect(await terminal.exitCode).toBe(1);
    holder.close();
    expect(existsSync(join(installation.dataDir, 'postgres'))).toBe(false);
  });

  test('Ctrl-C during the first start leaves nothing running', async () => {
    using installation = createInstallation();
    const terminal = installation.start();
    await until(terminal, () => postmasterOf(installation.cluster) !== undefined);
    terminal.interrupt();
    expect(await terminal.exitCode).toBe(130);
    expect(installation.leftovers()).toEqual({ postgres: undefined, locks: [] });
  });
});
