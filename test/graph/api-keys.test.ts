import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { demoApiKey } from '#shared/identity/api-keys.ts';
import { scopesOfKeys } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { type GatewayClient, startTestGraph, type TestGraph } from './graph.ts';

/** API keys in the whole product, behind two gateways. */
let graph: TestGraph;
let second: GatewayClient;

beforeAll(async () => {
  graph = await startTestGraph({ snapshotMs: 50 });
  second = await graph.another();
});
afterAll(async () => {
  await second.close();
  await graph.close();
});

interface Issued {
  readonly key: string;
  readonly apiKey: { readonly id: string };
  readonly signingSecret: string | null;
}

async function createKey(input: object = {}): Promise<Issued> {
  const { data } = await graph.ask<{ createApiKey: Issued & { userErrors: unknown[] } }>(
    'partner',
    'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { key signingSecret apiKey { id } userErrors { message } } }',
    { input: { idempotencyKey: newId(), name: 'Test', ...input } },
  );
  expect(data?.createApiKey.userErrors).toEqual([]);
  return data!.createApiKey;
}

async function revoke(apiKeyId: string): Promise<void> {
  const { errors } = await graph.ask(
    'partner',
    'mutation($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { userErrors { message } } }',
    { input: { apiKeyId } },
  );
  expect(errors).toEqual([]);
}

const withKey = (gateway: GatewayClient, key: string, query: string) =>
  gateway.ask<Record<string, never>>(null, query, {}, { 'x-api-key': key });

/** Asks until the gateway answers with this status: it reads the snapshot meanwhile. */
async function untilStatus(gateway: GatewayClient, key: string, status: number): Promise<void> {
  while ((await withKey(gateway, key, '{ viewer { id } }')).status !== status);
}

test('the key of the demo partner acts for its PREMIUM organization, on every gateway', async () => {
  const key = demoApiKey(graph.apiKeySecret);
  for (const gateway of [graph, second]) {
    await untilStatus(gateway, key, 200);
    const { data, errors } = await withKey(gateway, key, '{ viewer { name roles scopes organization { id tier } } }');
    expect(errors).toEqual([]);
    expect(data?.['viewer']).toEqual({
      name: 'API key: Demo partner',
      roles: ['PARTNER'],
      scopes: scopesOfKeys,
      organization: { id: graph.world.demo.partnerOrganizationId, tier: 'PREMIUM' },
    });
  }
});

test('a key sees the shipments of its organization only, and what its scopes allow', async () => {
  const wide = await createKey();
  const narrow = await createKey({ scopes: ['pricing:read'] });
  const query = '{ shipments(first: 5) { nodes { organization { id } } } }';
  const { data } = await withKey(graph, wide.key, query);
  const seen: { organization: { id: string } }[] = data?.['shipments']?.['nodes'] ?? [];
  expect(new Set(seen.map(({ organization }) => organization.id))).toEqual(
    new Set([graph.world.demo.partnerOrganizationId]),
  );
  const refused = await withKey(graph, narrow.key, query);
  expect(refused.errors).toMatchObject([
    {
      message: expect.stringContaining('Requires the scope shipments:read.'),
      extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
    },
  ]);
  // Neither the field of the invoice nor the entity behind it shows a shipment.
  const joined = await withKey(graph, narrow.key, '{ invoices(first: 1) { nodes { number shipment { reference } } } }');
  expect(joined.data?.['invoices']?.['nodes']).toMatchObject([{ shipment: null }]);
});

test('a new key works at once, on every gateway', async () => {
  const { key } = await createKey();
  for (const gateway of [graph, second]) expect((await withKey(gateway, key, '{ viewer { id } }')).status).toBe(200);
});

test('a key cannot make, change or end keys', async () => {
  const { key, apiKey } = await createKey();
  await untilStatus(graph, key, 200);
  const change = `mutation { revokeApiKey(input: { apiKeyId: "${apiKey.id}" }) { apiKey { id } } }`;
  expect((await withKey(graph, key, change)).errors[0]?.extensions.code).toBe('UNAUTHORIZED_FIELD_OR_TYPE');
  expect((await withKey(graph, key, '{ viewer { id } }')).status).toBe(200);
});

test('a revoked key ends on both gateways, and so do its subscriptions', async () => {
  const { key, apiKey } = await createKey();
  await untilStatus(graph, key, 200);
  await untilStatus(second, key, 200);
  const shipmentId = graph.world.shipments.find(
    ({ organizationId }) => organizationId === graph.world.demo.partnerOrganizationId,
  )?.id;
  const opened = [graph, second].map((gateway) => watch(gateway.url, { 'x-api-key': key }, shipmentId!));
  await Promise.all(opened.map(({ connected }) => connected));
  await revoke(apiKey.id);
  expect(await Promise.all(opened.map(({ ended }) => ended))).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
  for (const gateway of [graph, second]) await untilStatus(gateway, key, 401);
});

/** Watches a shipment. `ended` has the codes of the errors with which the subscription ends. */
function watch(url: string, credentials: Record<string, string>, shipmentId: string) {
  const connected = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<unknown[]>();
  const client = createClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: credentials,
    on: { connected: () => connected.resolve() },
  });
  const codesOf = (errors: readonly { extensions?: Record<string, unknown> }[]) =>
    errors.map(({ extensions }) => extensions?.['code']);
  client.subscribe(
    { query: 'subscription($id: ID!) { shipmentUpdated(id: $id) { id } }', variables: { id: shipmentId } },
    {
      next: ({ errors }) => errors && ended.resolve(codesOf(errors)),
      error: (errors) => ended.resolve(Array.isArray(errors) ? codesOf(errors) : [errors]),
      complete: () => {
        ended.resolve([]);
        void client.dispose();
      },
    },
  );
  return { connected: connected.promise, ended: ended.promise };
}

test('a closed account and a session that has ended lose their access tokens on both gateways', async () => {
  const email = 'leaving@keys.test';
  const password = 'correct horse battery staple';
  const { data } = await graph.ask<{ registerAccount: { account: { id: string } } }>(
    'admin',
    'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { account { id } userErrors { message } } }',
    { input: { idempotencyKey: newId(), email, name: 'Leaving', roles: ['ANALYST'], password } },
  );
  interface Listed {
    readonly id: string;
  }
  const signIn = async (name = 'Test') => {
    const answer = await graph.ask<{ signIn: { accessToken: string; refreshToken: string } }>(
      null,
      'mutation($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }',
      { input: { email, password } },
      { 'graphql-client-name': name },
    );
    return answer.data!.signIn;
  };
  const untilRefused = async (token: string) => {
    for (const gateway of [graph, second]) {
      const ask = () => gateway.ask(null, '{ viewer { id } }', {}, { authorization: `Bearer ${token}` });
      while ((await ask()).status !== 401);
    }
  };
  const first = await signIn();
  const shipmentId = graph.world.shipments[0]!.id;
  const opened = [graph, second].map(({ url }) =>
    watch(url, { authorization: `Bearer ${first.accessToken}` }, shipmentId),
  );
  await Promise.all(opened.map(({ connected }) => connected));
  await graph.ask(null, 'mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { message } } }', {
    input: { refreshToken: first.refreshToken },
  });
  await untilRefused(first.accessToken);
  expect(await Promise.all(opened.map(({ ended }) => ended))).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
  // Another device ends it, which finds it in the list.
  const [lost, kept] = [await signIn('Lost phone'), await signIn('Console')];
  const authorization = `Bearer ${kept.accessToken}`;
  const asKept = <T>(query: string, variables = {}) => graph.ask<T>(null, query, variables, { authorization });
  const list = await asKept<{ viewer: { sessions: { nodes: Listed[] } } }>(
    '{ viewer { sessions { nodes { id clientName clientNetwork isCurrent } } } }',
  );
  expect(list.data?.viewer.sessions.nodes).toMatchObject([
    { clientName: 'Console', clientNetwork: '127.0.0.1', isCurrent: true },
    { clientName: 'Lost phone', clientNetwork: '127.0.0.1', isCurrent: false },
  ]);
  await asKept('mutation($id: ID!) { endSessions(input: { sessionId: $id }) { userErrors { message } } }', {
    id: list.data?.viewer.sessions.nodes[1]?.id,
  });
  await untilRefused(lost.accessToken);
  expect((await asKept('{ viewer { id } }')).status).toBe(200);
  const { accessToken } = await signIn();
  const accountId = data?.registerAccount.account.id;
  await graph.ask(
    'admin',
    'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { message } } }',
    { input: { accountId, expectedVersion: 1 } },
  );
  await untilRefused(accessToken);
});

const examples = join(import.meta.dirname, '../../client/examples');
const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

test.each<[string, string, string[]]>([
  ['Node', process.execPath, ['--no-warnings', join(examples, 'sign-request.ts')]],
  ['openssl and curl', 'bash', [join(examples, 'sign-request.sh')]],
])(
  'a key that requires signatures books by the example in %s, once for each idempotency key',
  async (_what, command, given) => {
    const folder = mkdtempSync(join(tmpdir(), 'freight-sign-'));
    const [body, file] = [join(folder, 'body.json'), join(folder, 'private.pem')];
    writeFileSync(file, privateKey);
    const query =
      'mutation Book($id: ID!) { cancelShipment(input: { shipmentId: $id, reason: "test" }) { userErrors { code } } }';
    writeFileSync(body, JSON.stringify({ query, variables: { id: newId() } }));
    for (const signer of [{ signingPublicKey: publicKey }, {}]) {
      const { key, apiKey, signingSecret } = await createKey({ requireSignature: true, ...signer });
      const secrets = signingSecret === null ? { SIGNING_KEY_FILE: file } : { SIGNING_SECRET: signingSecret };
      expect('signingPublicKey' in signer).toBe(signingSecret === null);
      await untilStatus(graph, key, 200);
      const unsigned = await graph.ask(null, query, { id: newId() }, { 'x-api-key': key });
      expect([unsigned.status, unsigned.errors[0]?.extensions.code]).toEqual([401, 'SIGNATURE_REQUIRED']);
      const [PATH, IDEMPOTENCY_KEY] = [process.env['PATH'], newId()];
      const env = { PATH, URL: graph.url, API_KEY: key, API_KEY_ID: apiKey.id, IDEMPOTENCY_KEY, ...secrets };
      // The second request has a signature of its own, and gets the response of the first.
      const [first, again] = [await run(command, given, body, env), await run(command, given, body, env)];
      expect(JSON.parse(first)).toEqual({ data: { cancelShipment: { userErrors: [{ code: 'NOT_FOUND' }] } } });
      expect(JSON.parse(again)).toEqual({ ...JSON.parse(first), extensions: { idempotentReplayed: true } });
    }
    rmSync(folder, { recursive: true });
  },
);

async function run(command: string, given: readonly string[], body: string, env: NodeJS.ProcessEnv): Promise<string> {
  return (await promisify(execFile)(command, [...given, body], { env })).stdout;
}
