import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Role } from '#shared/vocabulary.ts';
import { somebody } from '../../subgraphs/shared/test/harness.ts';
import { readGatewayConfig } from '../read-config.ts';
import { type Edge, edges } from '../testing/edge-clients.ts';
import { startSmallGraph } from '../testing/small-graph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** With STAFF_NETWORKS, staff administer from networks of the company only. `ledger` and `rename` stand for administration. */

const office = '203.0.113.9';
const cafe = '198.51.100.1';
const trail = 'query Trail { ledger { entries } }';
const rename = 'mutation { rename(id: "1", name: "Eve") { name } }';

const folder = mkdtempSync(join(tmpdir(), 'freight-networks-'));
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
const settings = {
  access: { kind: 'freight', dataDir },
  documents: {
    manifests: folder,
    policies: { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' },
  },
  staffNetworks: ['203.0.113.0/24', '2001:db8::/32'],
} as const;

let graph: Awaited<ReturnType<typeof startSmallGraph>>;
/** Reached through a proxy that it trusts. */
let behindProxy: TestGateway;
/** Reached by its clients directly. */
let direct: TestGateway;
beforeAll(async () => {
  const operation = { id: hash('sha256', trail, 'hex'), name: 'Trail', type: 'query', body: trail };
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations: [operation] };
  writeFileSync(join(folder, 'console.json'), JSON.stringify(manifest));
  graph = await startSmallGraph();
  behindProxy = await startTestGateway({ ...settings, trustedProxies: ['127.0.0.1'] }, graph);
  direct = await startTestGateway(settings, graph);
});
afterAll(async () => {
  for (const gateway of [behindProxy, direct]) await gateway[Symbol.asyncDispose]();
  await graph.close();
  for (const path of [folder, dataDir]) rmSync(path, { recursive: true, force: true });
});

const headersOf = async (gateway: TestGateway, role: Role, forwarded?: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await gateway.tokenFor(somebody([role]))}`,
  ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }),
});

/** The HTTP status and the codes of the errors. */
async function outcome(gateway: TestGateway, query: string, role: Role, forwarded?: string) {
  const { status, errors } = await gateway.ask(query, {}, await headersOf(gateway, role, forwarded));
  return [status, ...errors.map(({ extensions }) => extensions.code)];
}

const refused = [403, 'NETWORK_NOT_ALLOWED'];

describe('administration by staff', () => {
  test.each([
    trail,
    rename,
    '{ people { friends { salary } } }',
    '{ parcels { to { ...Pay } } } fragment Pay on Person { ...More } fragment More on Person { friends { pay: salary } }',
    'mutation { ...All } fragment All on Mutation { other: rename(id: "1", name: "a") { name } }',
  ])('runs from networks of the company only: %s', async (query) => {
    expect(await outcome(behindProxy, query, 'ADMIN', office)).toEqual([200]);
    expect(await outcome(behindProxy, query, 'ADMIN', '2001:db8::7')).toEqual([200]);
    for (const role of ['ADMIN', 'DISPATCHER', 'ANALYST'] as const)
      expect(await outcome(behindProxy, query, role, cafe)).toEqual(refused);
  });

  test('in an operation of a document leaves the other operations alone', async () => {
    const authorization = `Bearer ${await behindProxy.tokenFor(somebody(['ADMIN']))}`;
    const query = 'query Names { people { name } } query Pay { people { ...Pay } } fragment Pay on Person { salary }';
    const statusOf = async (operationName: string) => {
      const headers = { authorization, 'x-forwarded-for': cafe, 'content-type': 'application/json' };
      return (await behindProxy.send(JSON.stringify({ query, operationName }), headers)).status;
    };
    expect([await statusOf('Names'), await statusOf('Pay')]).toEqual([200, 403]);
  });

  test('is refused before a subgraph is asked, also as a dry run', async () => {
    const before = graph.people.seen.length;
    const headers = { ...(await headersOf(behindProxy, 'ADMIN', cafe)), 'graphql-dry-run': 'true' };
    expect(await behindProxy.ask(rename, {}, headers)).toMatchObject({
      status: 403,
      errors: [
        {
          message: 'Staff may not use rename from your network. Send the request from a network of the company.',
          extensions: { code: 'NETWORK_NOT_ALLOWED' },
        },
      ],
    });
    expect(graph.people.seen.length).toBe(before);
  });

  test.each(Object.keys(edges) as Edge[])('is refused over %s', async (edge) => {
    const headers = await headersOf(direct, 'ADMIN');
    const { status = 403, errors } = await edges[edge](`${direct.url}/graphql`, { query: trail, headers });
    expect([status, ...errors.map(({ extensions }) => extensions.code)]).toEqual(refused);
  });

  test('is refused as a tool of an agent', async () => {
    const call = async (forwarded: string) => {
      const response = await fetch(`${behindProxy.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(await headersOf(behindProxy, 'ADMIN', forwarded)),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'Trail', arguments: {} } }),
      });
      return response.text();
    };
    expect(await call(cafe)).toContain('NETWORK_NOT_ALLOWED');
    expect(await call(office)).toContain('entries');
  });
});

describe('a mutation on the own account or on another one', () => {
  const caller = somebody(['ADMIN']);
  const other = somebody(['CUSTOMER']).accountId;
  const own = caller.accountId;
  const signOut = 'signOut(input: { accountId: $id })';

  async function from(address: string, query: string, variables: object = {}) {
    const authorization = `Bearer ${await behindProxy.tokenFor(caller)}`;
    const { status, errors } = await behindProxy.ask(query, variables, { authorization, 'x-forwarded-for': address });
    return [status, ...errors.map(({ extensions }) => extensions.code)];
  }

  test.each<[string, object]>([
    [`mutation { signOut(input: { accountId: "${other}" }) }`, {}],
    [`mutation($id: ID) { ${signOut} }`, { id: other }],
    [`mutation($id: ID = "${other}") { ${signOut} }`, {}],
    ['mutation($input: SignOutInput) { signOut(input: $input) }', { input: { accountId: other } }],
    [`mutation($id: ID) { a: signOut ...All } fragment All on Mutation { b: ${signOut} }`, { id: other }],
  ])('on another one, it runs from networks of the company only: %s', async (query, variables) => {
    expect(await from(office, query, variables)).toEqual([200]);
    expect(await from(cafe, query, variables)).toEqual(refused);
  });

  test.each<[string, object]>([
    ['mutation { signOut }', {}],
    ['mutation { signOut(input: {}) }', {}],
    [`mutation($id: ID) { ${signOut} }`, {}],
    [`mutation($id: ID = "${other}") { ${signOut} }`, { id: null }],
    [`mutation($id: ID) { ${signOut} }`, { id: own }],
    ['mutation($input: SignOutInput) { signOut(input: $input) }', { input: { accountId: own } }],
  ])('on the own one, it runs from everywhere: %s', async (query, variables) => {
    expect(await from(cafe, query, variables)).toEqual([200]);
  });
});

describe('what staff may read of their own account from everywhere', () => {
  const visits = 'fragment Visits on Person { ...Again } fragment Again on Person { visits }';

  test.each([
    '{ me { visits } }',
    '{ me { ... on Person { name ... { visits } } } }',
    `{ me { ...Visits } } ${visits}`,
    `query All { ...Root } fragment Root on Query { me { ...Visits } } ${visits}`,
  ])('is that of the caller alone: %s', async (query) => {
    expect(await outcome(behindProxy, query, 'ADMIN', cafe)).toEqual([200]);
  });

  test.each([
    '{ people { visits } }',
    '{ person(id: "1") { visits } }',
    '{ me { friends { visits } } }',
    `{ me { ...Visits friends { ...Visits } } } ${visits}`,
    `{ me { ...Visits } parcels { to { ...Visits } } } ${visits}`,
  ])('runs for others from networks of the company only: %s', async (query) => {
    expect(await outcome(behindProxy, query, 'ADMIN', office)).toEqual([200]);
    expect(await outcome(behindProxy, query, 'ADMIN', cafe)).toEqual(refused);
    expect(await outcome(behindProxy, query, 'PARTNER', cafe)).toEqual([200]);
  });
});

describe('the network of a client', () => {
  test('is that of its connection if no proxy is trusted, whatever headers say', async () => {
    expect(await outcome(direct, rename, 'ADMIN', office)).toEqual(refused);
  });

  test('is the last address that a trusted proxy has added', async () => {
    expect(await outcome(behindProxy, rename, 'ADMIN', `${office}, ${cafe}`)).toEqual(refused);
    expect(await outcome(behindProxy, rename, 'ADMIN', `${cafe}, ${office}`)).toEqual([200]);
    expect(await outcome(behindProxy, rename, 'ADMIN')).toEqual(refused);
  });

  test.each([
    ['a trusted proxy', () => behindProxy, office, []],
    ['a trusted proxy, elsewhere', () => behindProxy, cafe, ['NETWORK_NOT_ALLOWED']],
    ['no trusted proxy', () => direct, office, ['NETWORK_NOT_ALLOWED']],
  ])('is that of the upgrade request over websockets: %s', async (_title, gateway, forwarded, codes) => {
    const { authorization } = await headersOf(gateway(), 'ADMIN');
    expect(await codesOverWebsocket(gateway(), forwarded, authorization!)).toEqual(codes);
  });
});

test('other accounts, other operations and gateways without the setting are not restricted', async () => {
  expect(await outcome(behindProxy, rename, 'PARTNER', cafe)).toEqual([200]);
  expect(await outcome(behindProxy, '{ people { name } }', 'ADMIN', cafe)).toEqual([200]);
  expect(await outcome(behindProxy, 'mutation { signUp(input: { name: "a", password: "b" }) }', 'ADMIN', cafe)).toEqual(
    [200],
  );
  expect(readGatewayConfig([], { NODE_ENV: 'production' }).staffNetworks).toEqual([]);
});

test.each(['10.0.0.0/33', 'office.example.com', ','])('STAFF_NETWORKS=%s is refused', (ranges) => {
  expect(() => readGatewayConfig([], { STAFF_NETWORKS: ranges })).toThrow(/STAFF_NETWORKS/);
});

/** The codes of the response to `trail` over a websocket that a proxy has opened with this header. */
async function codesOverWebsocket({ url }: TestGateway, forwarded: string, authorization: string): Promise<unknown[]> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: { 'x-forwarded-for': forwarded },
  });
  const send = (message: object) => socket.send(JSON.stringify(message));
  try {
    return await new Promise<unknown[]>((resolve, reject) => {
      socket.on('open', () => send({ type: 'connection_init', payload: { authorization } }));
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
      socket.on('message', (data) => {
        const { type, payload } = JSON.parse(String(data));
        if (type === 'connection_ack') send({ id: '1', type: 'subscribe', payload: { query: trail } });
        const errors: { extensions: { code: string } }[] = type === 'error' ? payload : (payload?.errors ?? []);
        if (type !== 'connection_ack') resolve(errors.map(({ extensions }) => extensions.code));
      });
    });
  } finally {
    socket.terminate();
  }
}
