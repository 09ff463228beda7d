import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { Role } from '#shared/vocabulary.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** The gateway keeps the contract of a document for every run by its owner. Here the contracts stand in manifests. */

const idOf = (text: string) => hash('sha256', text, 'hex');
const names = 'query Names { people { name } }';
const plain = 'query Plain { people { id } }';
const slow = 'query Slow { people { id name } }';
const failing = 'query Failing { people { name } failing }';
const dear = 'query Dear($withParcels: Boolean!) { people { name parcels @include(if: $withParcels) { weightKg } } }';
const guarded = 'query Guarded { people { name id } }';

const folder = mkdtempSync(join(tmpdir(), 'freight-contracts-'));
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));

function writeManifest(client: string, contracts: readonly (readonly [text: string, contract?: object])[]): void {
  const operations = contracts.map(([body, contract]) => {
    const name = /query (\w+)/.exec(body)?.[1];
    return { id: idOf(body), name, type: 'query', body, ...(contract && { contract }) };
  });
  writeFileSync(
    join(folder, `${client}.json`),
    JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
  );
}

let gateway: TestGateway;
beforeAll(async () => {
  writeManifest('partner', [
    [names, { cacheMaxAgeSeconds: 60 }],
    [plain],
    [slow, { timeoutMs: 10 }],
    [failing, { onError: 'HALT' }],
    [dear, { maximumPrice: 20 }],
    [guarded, { scopes: ['shipments:read', 'fleet:assign'] }],
  ]);
  writeManifest('website', [
    [names, { cacheMaxAgeSeconds: 300 }],
    [guarded, { scopes: ['shipments:read'] }],
  ]);
  const policies = { partner: 'registered', staff: 'free', app: 'free', anonymous: 'free' } as const;
  gateway = await startTestGateway({
    access: { kind: 'freight', dataDir },
    documents: { manifests: folder, policies },
    budgetMode: 'enforce',
  });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  for (const path of [folder, dataDir]) rmSync(path, { recursive: true, force: true });
});

async function signedIn(role: Role): Promise<Record<string, string>> {
  const account: AccountIdentity = {
    ...{
      kind: 'account',
      accountId: '0190a6e0-0000-7000-8000-000000000001',
      driverId: null,
      credential: { kind: 'session', needsCode: false },
    },
    ...{
      organizationId: '0190a6e0-0000-7000-8000-000000000002',
      roles: [role],
      scopes: scopesOf([role]),
      tier: 'PREMIUM',
    },
  };
  return { authorization: `Bearer ${await gateway.tokenFor(account, 600)}` };
}

const partner = () => signedIn('PARTNER');

async function run(text: string, parameters: object = {}, headers?: Record<string, string>) {
  const body = JSON.stringify({ documentId: idOf(text), ...parameters });
  const response = await gateway.send(body, { ...(headers ?? (await partner())), accept: 'application/json' });
  const [error] = response.errors;
  return { data: response.data, status: response.status, code: error?.extensions.code, message: error?.message };
}

test('a run beyond its maximum price is refused', async () => {
  expect((await run(dear, { variables: { withParcels: false } })).data.people).toHaveLength(2);
  const { status, code, message } = await run(dear, { variables: { withParcels: true } });
  expect([status, code]).toEqual([400, 'COST_ESTIMATED_TOO_EXPENSIVE']);
  expect(message).toMatch(
    /the contract of its document allows 20\..*register the document with a higher maximumPrice\./,
  );
});

test('a run beyond its timeout ends', async () => {
  const release = gateway.graph.people.hold();
  try {
    // So many failures would open the circuit of the subgraph, if they counted.
    for (let time = 0; time < 25; time++) {
      const { errors } = await gateway.send(JSON.stringify({ documentId: idOf(slow) }), await partner());
      expect(errors[0]).toMatchObject({
        message:
          'The contract of the document ends a run after 10 ms. Request less, or register it with a longer timeoutMs.',
        extensions: { code: 'GATEWAY_TIMEOUT', retryable: false },
      });
    }
  } finally {
    release();
  }
});

test('its choice of onError holds for requests without one', async () => {
  expect((await run(failing)).data).toBeNull();
  expect((await run(failing, { onError: 'NULL' })).data).toEqual({
    people: [{ name: 'Ada' }, { name: 'Grace' }],
    failing: null,
  });
});

test('a caller without its scopes is refused', async () => {
  expect((await run(guarded, {}, await signedIn('CUSTOMER'))).data.people).toHaveLength(2);
  const { status, code, message } = await run(guarded);
  expect([status, code]).toEqual([403, 'FORBIDDEN']);
  expect(message).toMatch(/requires the scope fleet:assign\./);
  expect((await run(guarded, {}, {})).code).toBe('FORBIDDEN');
});

test('for callers who do not own the document it is a text like any other', async () => {
  const { data } = await run(dear, { variables: { withParcels: true } }, {});
  expect(data.people).toHaveLength(2);
});

describe('a response to a GET', () => {
  const get = async (text: string, headers: Record<string, string>, method = 'GET') =>
    fetch(`${gateway.url}/graphql?documentId=${idOf(text)}`, {
      method,
      headers: { 'graphql-require-preflight': '1', ...headers },
    });

  test('may be used again for the cache age, by its caller only, and states no balance', async () => {
    const response = await get(names, await partner());
    expect(response.headers.get('cache-control')).toBe('private, max-age=60');
    expect(response.headers.get('vary')).toMatch(/authorization, x-api-key/);
    expect(await response.json()).toEqual({ data: { people: [{ name: 'Ada' }, { name: 'Grace' }] } });
  });

  test('may be kept by shared caches if the caller is anonymous', async () => {
    const response = await get(names, {});
    expect(response.headers.get('cache-control')).toBe('public, max-age=300');
    expect(await response.json()).toEqual({ data: { people: [{ name: 'Ada' }, { name: 'Grace' }] } });
  });

  test('keeps its entity tag while the balance changes', async () => {
    const headers = await partner();
    const first = await get(plain, headers);
    const etag = first.headers.get('etag') ?? '';
    const { extensions } = (await first.json()) as { extensions: { cost: object } };
    expect(extensions.cost).toMatchObject({ throttleStatus: { currentlyAvailable: expect.any(Number) } });
    const second = await get(plain, { ...headers, 'if-none-match': etag });
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', etag]);
    expect(second.headers.get('ratelimit')).toMatch(/r=\d+/);
  });

  test('to HEAD has the same headers and no body', async () => {
    const headers = await partner();
    const [whole, head] = [await get(names, headers), await get(names, headers, 'HEAD')];
    for (const name of ['cache-control', 'etag', 'content-type', 'content-length', 'vary'])
      expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
    expect([head.status, await head.text()]).toEqual([200, '']);
    const read = `${gateway.url}/graphql?query=${encodeURIComponent('mutation { rename(id: "1", name: "X") { id } }')}`;
    const refused = await fetch(read, { method: 'HEAD', headers: { 'graphql-require-preflight': '1' } });
    expect(refused.status).toBe(405);
  });
});
