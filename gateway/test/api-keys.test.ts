import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { AccessSnapshot, SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { hashApiKey, newApiKey } from '#shared/identity/api-keys.ts';
import { gatewayItself, type Identity, identityHeader } from '#shared/identity/identity.ts';
import { loadApiKeySecret, loadKeyring } from '#shared/identity/keys.ts';
import { signingSecret } from '#shared/identity/request-signing.ts';
import { accessTokens, createSigner, createVerifier, identityTokens } from '#shared/identity/tokens.ts';
import { createLog } from '#shared/runtime/log.ts';
import { somebody } from '#shared/test/harness.ts';
import { AccessSnapshots } from '../access/callers/access-snapshots.ts';
import { createKeyIdentifier } from '../access/callers/identify-key.ts';
import { KnownKeys } from '../access/callers/known-keys.ts';
import { type Edge, edges } from '../testing/edge-clients.ts';
import { type LiveGateway, startLiveGateway, watchQuery } from '../testing/live-gateway.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
const access = { kind: 'freight', dataDir } as const;
/** Partners may send any text here. */
const documents = {
  manifests: undefined,
  policies: { partner: 'free', staff: 'free', app: 'free', anonymous: 'free' },
} as const;
/** Short, so that tests need not wait; tests of the age read by hand. */
const intervalMs = 50;
const query = '{ vehicle(id: "7") { plate } }';

let gateway: LiveGateway;
let secret: string;
let version = 0;
beforeAll(async () => {
  secret = await loadApiKeySecret({ given: undefined, dataDir });
  gateway = await startLiveGateway({
    access,
    documents,
    snapshots: { intervalMs, maxAgeMs: 60_000 },
    trustedProxies: ['127.0.0.1'],
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(() => serve({}));

const nothing: AccessSnapshot['revocations'] = { sessions: [], accounts: [], organizations: [] };

/** Serves a snapshot. Resolves when the gateway uses it: it has then asked for the next one. */
function serve(parts: Partial<AccessSnapshot>): Promise<void> {
  const snapshot = { version: `v${++version}`, keys: [], revocations: nothing, ...parts };
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = 0;
  gateway.graph.access.snapshot = () => {
    asked += 1;
    if (asked > 1) resolve();
    return asked > 1 ? null : snapshot;
  };
  return promise;
}

const organizationId = '0190a6e0-0000-7000-8000-00000000000a';

/** The entry of a key in the snapshot. */
function entryOf(text: string, given: Partial<SnapshotKey> = {}): SnapshotKey {
  return {
    hash: hashApiKey(text, secret),
    id: '0190a6e0-0000-7000-8000-00000000000b',
    accountId: '0190a6e0-0000-7000-8000-00000000000c',
    organizationId,
    tier: 'PREMIUM',
    roles: ['PARTNER'],
    scopes: ['shipments:read'],
    networks: [],
    endsAt: null,
    requireSignature: false,
    ...given,
  };
}

async function ask(headers: Record<string, string>, edge: Edge = 'POST') {
  const { status, errors, retryAfter } = await edges[edge](gateway.url, { query, headers });
  return { status, code: errors[0]?.extensions.code, message: errors[0]?.message, retryAfter };
}

async function tokenOf(identity: Identity): Promise<string> {
  const keyring = await loadKeyring(dataDir);
  return createSigner(keyring.access.privateJwk).sign(identity, accessTokens, 600);
}

/** The identity in the last request to `fleet`. */
async function identitySeen() {
  const { identity } = await loadKeyring(dataDir);
  const token = gateway.graph.seen.at(-1)?.[identityHeader];
  return createVerifier([identity.publicJwk], identityTokens('fleet')).verify(String(token));
}

describe('an API key', () => {
  test('acts through its machine account, with its own scopes, and subgraphs never get the key', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 200, code: undefined });
    expect(await identitySeen()).toEqual({
      kind: 'account',
      accountId: '0190a6e0-0000-7000-8000-00000000000c',
      credential: { kind: 'apiKey', id: '0190a6e0-0000-7000-8000-00000000000b' },
      organizationId,
      driverId: null,
      roles: ['PARTNER'],
      scopes: ['shipments:read'],
      tier: 'PREMIUM',
    });
    expect(JSON.stringify(gateway.graph.seen)).not.toContain(text);
  });

  test('never holds more scopes than the roles of its machine account', () => {
    const text = newApiKey('live');
    const demoted = entryOf(text, { roles: ['DRIVER'], scopes: ['shipments:read', 'pricing:write'] });
    const keys = new KnownKeys([secret]);
    keys.apply({ version: '1', keys: [demoted], revocations: null }, Date.now());
    expect(keys.find(demoted.hash)?.identity.scopes).toEqual(['shipments:read']);
  });

  test('of a former secret works, and its hash under the newest secret is reported', async () => {
    const former = 'a secret of an earlier release, which has no id';
    const newest = 'b2:a new secret of API keys that is long enough';
    const text = newApiKey('live');
    const entry = entryOf(text, { hash: hashApiKey(text, former), requireSignature: true });
    const keys = new KnownKeys([newest, former]);
    keys.apply({ version: '1', keys: [entry], revocations: null }, Date.now());
    const noted: unknown[] = [];
    const identify = createKeyIdentifier({
      secrets: [newest, former],
      snapshots: { keys, isFresh: true, catchUp: async () => {} },
      uses: { note: (...use) => noted.push(use) },
      onRefused: () => {},
    });
    const { signatureKey } = await identify(text, '127.0.0.1');
    expect(noted).toEqual([[entry.id, { formerHash: entry.hash, hash: hashApiKey(text, newest) }]]);
    // Its owner still signs with the secret that came with the key.
    const signature = createHmac('sha256', signingSecret(entry.hash, former)).update('message').digest();
    expect(signatureKey?.verify(Buffer.from('message'), signature)).toBe(true);

    keys.apply(
      { version: '2', keys: [entryOf(text, { hash: hashApiKey(text, newest) })], revocations: null },
      Date.now(),
    );
    await identify(text, '127.0.0.1');
    expect(noted.at(-1)).toEqual([entry.id, undefined]);
    await expect(identify(newApiKey('live'), '127.0.0.1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  test.each(Object.keys(edges) as Edge[])('is accepted over %s, and refused there when it is unknown', async (edge) => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    const accepted = edges[edge](gateway.url, { query, headers: { 'x-api-key': text } });
    const isStream = edge === 'event stream' || edge === 'single event connection';
    if (isStream) await expect(accepted).rejects.toThrow(/^HTTP 20[02] without a GraphQL response/);
    else expect((await accepted).errors).toEqual([]);
    const refused = await edges[edge](gateway.url, { query, headers: { 'x-api-key': newApiKey('live') } });
    if (edge === 'websocket') {
      expect(refused).toMatchObject({
        closeCode: 4403,
        closeReason: 'UNAUTHENTICATED: The API key is unknown, revoked or expired. Send a valid one.',
      });
    } else expect(refused.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('with a typo is refused by its checksum, also while no snapshot is there', async () => {
    const text = newApiKey('live');
    expect(await ask({ 'x-api-key': `${text.slice(0, -1)}${text.endsWith('a') ? 'b' : 'a'}` })).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: 'The API key is mistyped or incomplete: its checksum is wrong. Copy the whole key.',
    });
    const headers = { 'x-api-key': `${text}x` };
    expect(await edges.websocket(gateway.url, { query, headers })).toMatchObject({
      closeCode: 4403,
      closeReason: 'UNAUTHENTICATED: The API key is mistyped or incomplete: its checksum is wrong. Copy the whole key.',
    });
  });

  test('that is new works at once, also after others, and guessed keys cause few reads of the snapshot', async () => {
    let [now, reads, keys] = [0, 0, [] as SnapshotKey[]];
    const snapshots = new AccessSnapshots({
      read: async () => ({ version: String(++reads), keys, revocations: nothing }),
      secrets: [secret],
      ...{
        intervalMs: 60_000,
        maxAgeMs: 600_000,
        log: createLog('gateway', 'silent'),
        onChange: () => {},
        now: () => now,
      },
    });
    const identify = createKeyIdentifier({
      secrets: [secret],
      snapshots,
      uses: { note: () => {} },
      onRefused: () => {},
    });
    const guess = () => identify(newApiKey('live'), '127.0.0.1');
    const guessed = async () =>
      (await Promise.allSettled(Array.from({ length: 50 }, guess))).map(({ status }) => status);
    await snapshots.start();
    const useNew = async () => {
      const text = newApiKey('live');
      keys = [entryOf(text)];
      expect(await identify(text, '127.0.0.1')).toMatchObject({ id: keys[0]?.id });
    };
    for (let made = 0; made < 10; made++) await useNew();
    expect(new Set(await guessed())).toEqual(new Set(['rejected']));
    const readsBefore = reads;
    now = 59_999;
    await guessed();
    expect(reads).toBe(readsBefore);
    expect(reads).toBeLessThan(15);
    now = 60_000;
    await useNew();
    await snapshots.stop();
  });

  test('that is guessed is refused like a revoked one, and reaches no subgraph', async () => {
    const before = gateway.graph.seen.length;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ 'x-api-key': newApiKey('live') })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([
        JSON.stringify({
          status: 401,
          code: 'UNAUTHENTICATED',
          message: 'The API key is unknown, revoked or expired. Send a valid one.',
          retryAfter: null,
        }),
      ]),
    );
    expect(gateway.graph.seen.length).toBe(before);
  });

  test('is found by its keyed hash: the stored hash itself, or a hash under another secret, opens nothing', async () => {
    const text = newApiKey('live');
    await serve({ keys: [{ ...entryOf(text), hash: hashApiKey(text, 'another secret') }] });
    for (const sent of [text, hashApiKey(text, secret), hashApiKey(text, 'another secret')]) {
      expect(await ask({ 'x-api-key': sent })).toMatchObject({ status: 401 });
    }
  });

  test('together with an access token is refused', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    const authorization = `Bearer ${await tokenOf(somebody(['DISPATCHER']))}`;
    expect(await ask({ 'x-api-key': text, authorization })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: 'Send either authorization or x-api-key, but not both headers.',
    });
  });

  test('cannot be combined with an identity header of the client', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    const { identity } = await loadKeyring(dataDir);
    const forged = createSigner(identity.privateJwk).sign(gatewayItself, identityTokens('fleet'), 60);
    await ask({ 'x-api-key': text, [identityHeader]: forged });
    expect(await identitySeen()).toMatchObject({ kind: 'account', roles: ['PARTNER'] });
    await ask({ [identityHeader]: forged });
    expect(await identitySeen()).toEqual({ kind: 'anonymous' });
  });

  test('that has expired is refused from that moment', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text, { endsAt: Date.now() - 1 })] });
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    await serve({ keys: [entryOf(text, { endsAt: Date.now() + 60_000 })] });
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 200 });
  });

  test('may be used from its networks only, as trusted proxies tell them', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text, { networks: ['203.0.113.0/24', '2001:db8::/32'] })] });
    const from = (address: string) => ask({ 'x-api-key': text, 'x-forwarded-for': address });
    expect(await from('203.0.113.9')).toMatchObject({ status: 200 });
    expect(await from('2001:db8::7')).toMatchObject({ status: 200 });
    expect(await from('198.51.100.1')).toMatchObject({ status: 403, code: 'NETWORK_NOT_ALLOWED' });
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 403, code: 'NETWORK_NOT_ALLOWED' });
    // The first proxy that is not trusted is the client, whatever it says.
    expect(await from('203.0.113.9, 198.51.100.1')).toMatchObject({ status: 403 });
  });
});

test('a snapshot that contains changed keys only leaves the others as they are', async () => {
  const [kept, revoked, rotated, renewed] = Array.from({ length: 4 }, () => newApiKey('live'));
  const [revokedEntry, rotatedEntry] = [
    entryOf(revoked!, { id: randomUUID() }),
    entryOf(rotated!, { id: randomUUID() }),
  ];
  await serve({ keys: [entryOf(kept!, { id: randomUUID() }), revokedEntry, rotatedEntry] });
  const keys = [entryOf(renewed!, { id: rotatedEntry.id })];
  const ended = { hash: revokedEntry.hash, id: revokedEntry.id, reason: 'revoked' } as const;
  await serve({ keys: null, changedKeys: { ids: [revokedEntry.id, rotatedEntry.id], keys }, endedKeys: [ended] });
  const statuses = [kept, revoked, rotated, renewed].map(async (text) => (await ask({ 'x-api-key': text! })).status);
  expect(await Promise.all(statuses)).toEqual([200, 401, 401, 200]);
});

test('operators see why keys are refused', async () => {
  const counts = async () => {
    const text = await (await fetch(`${gateway.gateway.adminUrl}/metrics`)).text();
    const found = text.matchAll(/^gateway_refused_keys_total\{reason="(\w+)"\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, reason, count]) => [reason, Number(count)]));
  };
  const [revoked, elsewhere, expired] = Array.from({ length: 3 }, () => newApiKey('live'));
  const entry = entryOf(revoked!, { id: randomUUID() });
  await serve({
    keys: [entryOf(elsewhere!, { networks: ['203.0.113.0/24'] }), entryOf(expired!, { endsAt: Date.now() - 1 })],
    endedKeys: [{ hash: entry.hash, id: entry.id, reason: 'revoked' }],
  });
  const before = await counts();
  for (const text of [revoked, elsewhere, expired, newApiKey('live'), `${newApiKey('live')}x`]) {
    await ask({ 'x-api-key': text! });
  }
  const after = await counts();
  for (const reason of ['revoked', 'network', 'expired', 'unknown', 'mistyped']) {
    expect([reason, (after[reason] ?? 0) - (before[reason] ?? 0)]).toEqual([reason, 1]);
  }
});

/** Watches moves over a websocket. Resolves with the codes of the error that ended it. */
function watchMoves(parameters: Record<string, string>) {
  const errors = Promise.withResolvers<unknown[]>();
  gateway.connect({ connectionParams: parameters }).subscribe(
    { query: watchQuery, variables: { ids: ['7'] } },
    {
      next: ({ errors: found }) => found && errors.resolve(found.map(({ extensions }) => extensions?.['code'])),
      error: (found) =>
        errors.resolve(Array.isArray(found) ? found.map(({ extensions }) => extensions?.['code']) : [found]),
      complete: () => {},
    },
  );
  return errors.promise;
}

describe('within one read of the snapshot', () => {
  test('a revoked key is refused, and its subscriptions end', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    const before = gateway.graph.counts.subscriptions;
    const ended = watchMoves({ 'x-api-key': text });
    await gateway.graph.subscribed(before + 1);
    void serve({ keys: [] });
    expect(await ended).toEqual(['UNAUTHENTICATED']);
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 401 });
  });

  const sessionId = '0190a6e0-0000-7000-8000-00000000000d';
  const dispatcher = somebody(['DISPATCHER', 'ANALYST'], {
    credential: { kind: 'session', id: sessionId, needsCode: false },
  });
  const now = { id: dispatcher.accountId, closed: false, roles: dispatcher.roles.slice(), driverId: null };
  test.each([
    ['whose session has ended', { sessions: [sessionId] }, 'This session has ended. Sign in again.'],
    [
      'of a closed account',
      { accounts: [{ ...now, closed: true }] },
      'This account is closed. Sign in with an open account.',
    ],
    [
      'with a lost role',
      { accounts: [{ ...now, roles: ['ANALYST' as const] }] },
      'This account no longer has the role DISPATCHER. Refresh the session, in a request without the authorization header.',
    ],
  ])('a token %s is refused, and its subscriptions end', async (_what, revoked, message) => {
    const authorization = `Bearer ${await tokenOf(dispatcher)}`;
    expect(await ask({ authorization })).toMatchObject({ status: 200 });
    const before = gateway.graph.counts.subscriptions;
    const ended = watchMoves({ authorization });
    await gateway.graph.subscribed(before + 1);
    void serve({ revocations: { ...nothing, ...revoked } });
    expect(await ended).toEqual(['UNAUTHENTICATED']);
    expect(await ask({ authorization })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', message });
  });

  test('a driver that was unlinked is refused; a new role needs no new token', async () => {
    const driver = somebody(['DRIVER'], { driverId: '0190a6e0-0000-7000-8000-00000000000e' });
    const authorization = `Bearer ${await tokenOf(driver)}`;
    const accounts = [{ id: driver.accountId, closed: false, roles: ['DRIVER' as const], driverId: null }];
    await serve({ revocations: { ...nothing, accounts } });
    expect(await ask({ authorization })).toMatchObject({ status: 401 });
    const promoted = [{ ...now, roles: [...dispatcher.roles, 'ADMIN' as const] }];
    await serve({ revocations: { ...nothing, accounts: promoted } });
    expect(await ask({ authorization: `Bearer ${await tokenOf(dispatcher)}` })).toMatchObject({ status: 200 });
  });

  test('a token gets the new tier of its organization', async () => {
    const customer = somebody(['CUSTOMER'], { organizationId, tier: 'FREE' });
    await serve({ revocations: { ...nothing, organizations: [{ id: organizationId, tier: 'PREMIUM' }] } });
    await ask({ authorization: `Bearer ${await tokenOf(customer)}` });
    expect(await identitySeen()).toMatchObject({ accountId: customer.accountId, tier: 'PREMIUM' });
  });
});

describe('while the access subgraph is away', () => {
  const away = () => {
    throw new Error('away');
  };

  test('the last snapshot stays in use', async () => {
    const text = newApiKey('live');
    await serve({ keys: [entryOf(text)] });
    gateway.graph.access.snapshot = away;
    expect(await ask({ 'x-api-key': text })).toMatchObject({ status: 200 });
  });

  test('without a recent snapshot API keys get 503 with Retry-After, also over a websocket, and tokens go on', async () => {
    await using alone = await startLiveGateway({ access, documents, snapshots: { intervalMs, maxAgeMs: 0 } });
    alone.graph.access.snapshot = away;
    const headers = { 'x-api-key': newApiKey('live') };
    const { status, errors, retryAfter } = await edges.POST(alone.url, { query, headers });
    expect([status, errors[0]?.extensions.code, retryAfter]).toEqual([503, 'SERVICE_UNAVAILABLE', '5']);
    expect(await edges.websocket(alone.url, { query, headers })).toMatchObject({
      closeCode: 1013,
      closeReason: 'SERVICE_UNAVAILABLE: API keys can not be checked at the moment. Try again later.',
    });
    const authorization = `Bearer ${await tokenOf(somebody(['DISPATCHER']))}`;
    expect((await edges.POST(alone.url, { query, headers: { authorization } })).status).toBe(200);
  });

  test('the age of the snapshot is a metric', async () => {
    const text = await (await fetch(`${gateway.gateway.adminUrl}/metrics`)).text();
    expect(text).toMatch(/^gateway_access_snapshot_age_seconds \d/m);
  });
});

test('uses of a key are collected, and reported at the latest when the gateway stops', async () => {
  const live = await startLiveGateway({ access, documents, snapshots: { intervalMs, maxAgeMs: 60_000 } });
  const text = newApiKey('live');
  const key = entryOf(text);
  live.graph.access.snapshot = () => ({ version: 'uses', keys: [key], revocations: nothing });
  let status: number | undefined;
  while (status !== 200) ({ status } = await edges.POST(live.url, { query, headers: { 'x-api-key': text } }));
  await edges.POST(live.url, { query, headers: { 'x-api-key': text } });
  expect(live.graph.keyUses).toEqual([]);
  await live.gateway.close();
  expect(live.graph.keyUses).toEqual([{ apiKeyId: key.id, at: expect.any(String) }]);
  await live[Symbol.asyncDispose]();
});
