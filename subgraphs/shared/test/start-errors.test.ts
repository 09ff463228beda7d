import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { requireServer } from '../database/postgres/given-server.ts';
import { RedisConnections, subscribing } from '../live/redis-connection.ts';
import { requireRedis } from '../live/require-redis.ts';
import { ConfigurationError, ensureFolder } from '../runtime/config.ts';
import { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { freePort, requireFreePorts } from '../runtime/ports.ts';
import { readProductConfig } from '../settings/product-config.ts';

/** The error of a failed start: one line with the variable, its value unless it is secret, and what to do. */
const secret = 'hunter2-hunter2';

async function lineOf(start: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(start)
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(ConfigurationError);
  const { message } = error as ConfigurationError;
  expect(message).not.toContain(secret);
  expect(message.split('\n')).toHaveLength(1);
  return message;
}

describe('wrong settings', () => {
  test.each([
    [
      { DATABASE_URL: `mysql://u:${secret}@h/x` },
      'DATABASE_URL: use a URL such as postgresql://role:password@host:5432/database; it is mysql://h/x',
    ],
    [
      { DATABASE_URL: `postgres://u:${secret}@h:many/x` },
      'DATABASE_URL: use a URL such as postgresql://role:password@host:5432/database; it is postgres://h:many/x',
    ],
    [
      { DATABASE_URL: `postgres://u:p@${secret}@h:y/x?a=${secret}` },
      'DATABASE_URL: use a URL such as postgresql://role:password@host:5432/database; it is postgres://h:y/x',
    ],
    [
      { DATABASE_URL: `u:${secret}@h/x` },
      'DATABASE_URL: use a URL such as postgresql://role:password@host:5432/database; it is a text that is no URL and is not shown',
    ],
    [
      { DATABASE_URL: secret },
      'DATABASE_URL: use a URL such as postgresql://role:password@host:5432/database; it is a text that is no URL and is not shown',
    ],
    [
      { REDIS_URL: `http://:${secret}@redis:6379` },
      'REDIS_URL: use a URL such as redis://host:6379; it is http://redis:6379',
    ],
    [{ DATABASE_ROLE_SECRET: secret }, /^DATABASE_ROLE_SECRET: .*; it is a value that is not shown$/],
    [{ SEED: 'x' }, /^SEED: .*; it is "x"$/],
    [{ LOG_LEVEL: `https://u:${secret}@logs` }, /^LOG_LEVEL: .*; it is "https:\/\/logs"$/],
  ])('%#: the error names the variable and shows no secret', async (environment, line) => {
    expect(await lineOf(() => readProductConfig(environment))).toMatch(line);
  });

  test('an empty variable counts as absent', () => {
    const { seedNow, dataDir, databaseUrl } = readProductConfig({ SEED_NOW: '', DATA_DIR: '', DATABASE_URL: '' });
    expect({ seedNow, dataDir, databaseUrl }).toEqual({
      seedNow: undefined,
      dataDir: resolve('.data'),
      databaseUrl: undefined,
    });
  });

  test('a folder that cannot be created is reported, even where the system says that it is missing', async () => {
    expect(await lineOf(() => ensureFolder('/proc/freight'))).toBe(
      'DATA_DIR: use a writable folder instead of /proc/freight (ENOENT)',
    );
    expect(await lineOf(() => ensureFolder('/proc/version/data'))).toMatch(/^DATA_DIR: .* \(ENOTDIR\)$/);
  });
});

describe('DATABASE_ROLE_SECRET', () => {
  test.each([
    ['freight-development-roles', 'a secret of your own is required; this one is public'],
    ['aaaaaaaaaaaaaaaaaaaaaaaa', 'a secret that is hard to guess is required'],
    ['passwordpassword', 'a secret that is hard to guess is required'],
    ['abababababababab', 'a secret that is hard to guess is required'],
    ['too short', 'use 16 characters or more'],
  ])('"%s" is refused everywhere', async (weak, reason) => {
    for (const NODE_ENV of ['development', 'test', 'production']) {
      const line = await lineOf(() => readProductConfig({ NODE_ENV, DATABASE_ROLE_SECRET: weak }));
      expect(line).toContain(`DATABASE_ROLE_SECRET: ${reason}`);
      expect(line).not.toContain(weak);
    }
  });

  test('a secret of your own is accepted unchanged', () => {
    const own = 'f3a1c05b7d8e9246';
    expect(readProductConfig({ DATABASE_ROLE_SECRET: own }).roleSecret).toBe(own);
  });
});

describe('ports', () => {
  const wanted = { owner: 'fleet', host: '127.0.0.1', hostVariable: 'HOST', portVariable: 'SUBGRAPH_BASE_PORT' };

  test('a port in use is reported with its owner and its variable', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    expect(await lineOf(() => requireFreePorts([{ ...wanted, port }]))).toBe(
      `SUBGRAPH_BASE_PORT: a free port is required for fleet; 127.0.0.1:${port} is in use. Stop the process that uses it, or set SUBGRAPH_BASE_PORT to another port.`,
    );
    holder.close();
  });

  test('a port in two settings is reported with both', async () => {
    const port = await freePort();
    const twice = [
      { ...wanted, port },
      { ...wanted, owner: 'the gateway', portVariable: 'PORT', port },
    ];
    expect(await lineOf(() => requireFreePorts(twice))).toBe(
      `SUBGRAPH_BASE_PORT, PORT: different ports are required for fleet and the gateway; both get ${port}. Set one of them to another port.`,
    );
  });

  test.each(['192.0.2.1', 'no-such-host.invalid'])('%s is not an address of this machine', async (host) => {
    expect(await lineOf(() => requireFreePorts([{ ...wanted, host, port: 0 }]))).toBe(
      `HOST: use an address of this machine for fleet instead of ${host}`,
    );
  });
});

describe('DATABASE_URL', () => {
  const given = new URL(process.env['TEST_POSTGRES_URL'] ?? '');
  const changed = (change: (url: URL) => void): string => {
    const url = new URL(given);
    change(url);
    return url.href;
  };

  test('a server that responds is required', async () => {
    const port = await freePort();
    expect(await lineOf(() => requireServer(`postgresql://u:${secret}@127.0.0.1:${port}/x`))).toBe(
      `DATABASE_URL: a PostgreSQL server that responds is required; postgresql://127.0.0.1:${port}/x does not (ECONNREFUSED). Start the server, or correct the address.`,
    );
  });

  test('a role of the server is required', async () => {
    const url = changed((one) => {
      one.username = 'nobody';
      one.password = secret;
    });
    expect(await lineOf(() => requireServer(url))).toMatch(
      /^DATABASE_URL: a role and a password that the server accepts are required; postgresql:\/\/\S+ refuses "nobody"/,
    );
  });

  test('a database that exists is required', async () => {
    const url = changed((one) => {
      one.pathname = '/nowhere';
    });
    expect(await lineOf(() => requireServer(url))).toMatch(
      /^DATABASE_URL: a database that exists is required; \S+ names "nowhere"/,
    );
  });

  test('a usable server is accepted', async () => {
    await requireServer(given.href);
  });
});

describe('REDIS_URL', () => {
  test('a server that responds is required', async () => {
    const port = await freePort();
    expect(await lineOf(() => requireRedis(`redis://:${secret}@127.0.0.1:${port}`))).toBe(
      `REDIS_URL: a Redis server that responds is required; redis://127.0.0.1:${port} does not (ECONNREFUSED). Start the server, or correct the address.`,
    );
  });

  /** A server that refuses every password. */
  async function refusingServer(): Promise<{ url: string } & AsyncDisposable> {
    const server = createServer((socket) => {
      socket.once('data', () => socket.end('-WRONGPASS invalid username-password pair or user is disabled.\r\n'));
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const url = `redis://:${secret}@127.0.0.1:${port}`;
    return { url, [Symbol.asyncDispose]: async () => void server.close() };
  }

  test('the password of the server is required', async () => {
    await using server = await refusingServer();
    expect(await lineOf(() => requireRedis(server.url))).toMatch(
      /^REDIS_URL: a user and a password that the server accepts are required; redis:\/\/\S+ responded "WRONGPASS/,
    );
  });

  test('a password that the server refuses later is not logged', async () => {
    await using server = await refusingServer();
    const entries: unknown[] = [];
    const log = { error: (entry: unknown) => entries.push(entry) } as unknown as Log; // the only method that is called
    const connections = new RedisConnections(server.url, { log, health: new Health() });
    await expect(connections.open(subscribing)).rejects.toThrow('WRONGPASS');
    connections.close();
    expect(entries).toEqual([{ reason: expect.stringContaining('WRONGPASS') }]);
    expect(JSON.stringify(entries)).not.toContain(secret);
  });
});
