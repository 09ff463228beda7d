import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { readGatewayConfig } from '../read-config.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'freight-borders-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));
const freight = { access: { kind: 'freight', dataDir } } as const;

/** Opens a websocket and returns the status: 101, or that of the refusal. */
async function upgrade(url: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  socket.on('error', () => {});
  const opened = once(socket, 'open').then(() => 101);
  const refused = once(socket, 'unexpected-response').then(([, response]) => response.statusCode as number);
  const status = await Promise.race([opened, refused]);
  socket.terminate();
  return status;
}

/** Sends a GET under a host name and returns the status. */
async function statusUnder(url: string, host: string): Promise<number> {
  const sent = request(`${url}/health`, { headers: { host } }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

describe('pages of other origins', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ ...freight, demoAccounts: 'local', corsOrigins: ['https://console.example'] });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test('cannot open a websocket, unless they are listed or served by this server', async () => {
    const host = new URL(gateway.url).host;
    expect(await upgrade(gateway.url, { origin: 'https://evil.example' })).toBe(403);
    expect(await upgrade(gateway.url, { origin: 'null' })).toBe(403);
    expect(await upgrade(gateway.url, { origin: 'https://console.example' })).toBe(101);
    expect(await upgrade(gateway.url, { origin: `http://${host}` })).toBe(101);
    expect(await upgrade(gateway.url, {})).toBe(101);
  });

  test('whose name was rebound to this machine are refused while demo accounts exist', async () => {
    expect(await statusUnder(gateway.url, 'evil.example')).toBe(403);
    expect(await upgrade(gateway.url, { host: 'evil.example', origin: 'http://evil.example' })).toBe(403);
    for (const host of ['localhost:4000', '127.0.0.1', '[::1]:4000', 'graph.localhost']) {
      expect([host, await statusUnder(gateway.url, host)]).toEqual([host, 200]);
    }
  });

  test("can't open an event stream by GET without a preflight", async () => {
    const response = await fetch(`${gateway.url}/graphql?query={people{name}}`, {
      headers: { accept: 'text/event-stream' },
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    expect([response.status, errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });
});

test('without demo accounts requests under any host name are served', async () => {
  await using gateway = await startTestGateway({ ...freight, demoAccounts: 'none' });
  expect(await statusUnder(gateway.url, 'graph.example.com')).toBe(200);
});

test('browsers get Strict-Transport-Security over TLS only', async () => {
  await using gateway = await startTestGateway({ trustedProxies: ['127.0.0.1'] });
  const hstsOf = async (path: string, headers: Record<string, string> = {}) =>
    (await fetch(`${gateway.url}${path}`, { headers })).headers.get('strict-transport-security');
  for (const path of ['/health', '/explorer']) {
    expect(await hstsOf(path)).toBeNull();
  }
  expect(await hstsOf('/health', { forwarded: 'for=192.0.2.1;proto=https' })).toMatch(/^max-age=\d+/);
});

test('one address has a bounded number of connections', async () => {
  await using gateway = await startTestGateway({ maxConnectionsPerClient: 3 });
  const port = Number(new URL(gateway.url).port);
  const sockets = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'));
  let closed = 0;
  const two = new Promise<void>((resolve) => {
    for (const socket of sockets) {
      socket.on('error', () => {});
      socket.once('close', () => {
        closed += 1;
        if (closed === 2) resolve();
      });
    }
  });
  await two;
  for (const socket of sockets) socket.destroy();
  // The server notices the closed connections a little later than the clients.
  let status: number | undefined;
  while (status === undefined) {
    status = await fetch(`${gateway.url}/health`).then(
      (response) => response.status,
      () => undefined,
    );
  }
  expect(status).toBe(200);
});

describe('introspection', () => {
  test('is public in development, for signed-in accounts in production, and off if configured', () => {
    expect(readGatewayConfig([], {}).introspection).toBe('public');
    expect(readGatewayConfig([], { NODE_ENV: 'production' }).introspection).toBe('signed-in');
    expect(readGatewayConfig([], { INTROSPECTION: 'false' }).introspection).toBe('off');
    expect(() => readGatewayConfig([], { INTROSPECTION: 'maybe' })).toThrow(/INTROSPECTION/);
  });

  test('for signed-in accounts only: anonymous callers are told to sign in', async () => {
    await using gateway = await startTestGateway({ ...freight, introspection: 'signed-in' });
    const query = '{ ...Q } fragment Q on Query { __schema { queryType { name } } }';
    const refused = await gateway.ask(query);
    expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await gateway.ask('{ people { __typename } }')).status).toBe(200);
    expect((await gateway.ask('{ peple { name } }')).errors[0]?.message).toBe(
      'Cannot query field "peple" on type "Query". Accounts can use more of the schema: sign in and send the access token.',
    );
    const token = await gateway.tokenFor({
      kind: 'account',
      accountId: '0190a6e0-0000-7000-8000-000000000001',
      credential: { kind: 'session', needsCode: false },
      organizationId: null,
      driverId: null,
      roles: ['ANALYST'],
      scopes: [],
      tier: 'ENTERPRISE',
    });
    const { data } = await gateway.ask(query, {}, { authorization: `Bearer ${token}` });
    expect(data.__schema.queryType.name).toBe('Query');
  });
});
