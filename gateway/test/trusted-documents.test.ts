import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { Role } from '#shared/vocabulary.ts';
import type { DocumentPolicy } from '../access/documents/policy.ts';
import { edges } from '../testing/edge-clients.ts';
import { readCounter, readMetrics } from '../testing/metrics.ts';
import { reloadSupergraph } from '../testing/reload-supergraph.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const idOf = (text: string) => hash('sha256', text, 'hex');
const names = 'query Names { people { name parcels { weightKg } } }';
const person = 'query OnePerson($id: ID!) { person(id: $id) { name secret: id } }';
const ofStaff = 'query Nights { nights(stay: { days: ["2026-01-01"] }) }';
const broken = 'query Broken { removed }';

const folder = mkdtempSync(join(tmpdir(), 'freight-manifests-'));
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));

function writeManifest(client: string, texts: readonly string[]): void {
  const operations = texts.map((body) => {
    const name = /query (\w+)/.exec(body)?.[1];
    return { id: idOf(body), name, type: 'query', body };
  });
  const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
  writeFileSync(join(folder, `${client}.json`), JSON.stringify(manifest));
}

const policies = {
  partner: 'registered',
  staff: 'free',
  app: 'apq',
  anonymous: 'log-only',
} as const satisfies Record<string, DocumentPolicy>;

const logged: Record<string, unknown>[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(JSON.parse(line)) });

let gateway: TestGateway;
beforeAll(async () => {
  writeManifest('partner', [names, person, broken]);
  writeManifest('console', [ofStaff]);
  const settings = { access: { kind: 'freight', dataDir }, documents: { manifests: folder, policies } } as const;
  gateway = await startTestGateway(settings, undefined, log);
  await gateway.gateway.whenPrepared();
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  for (const path of [folder, dataDir]) rmSync(path, { recursive: true, force: true });
});

async function signedIn(role: Role): Promise<Record<string, string>> {
  const account: AccountIdentity = {
    ...{ kind: 'account', accountId: '0190a6e0-0000-7000-8000-000000000001', organizationId: null, driverId: null },
    ...{ credential: { kind: 'session', needsCode: false }, roles: [role], scopes: scopesOf([role]), tier: 'PREMIUM' },
  };
  return { authorization: `Bearer ${await gateway.tokenFor(account, 600)}` };
}

const persisted = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: idOf(text) } } });

/** Sends parameters by POST, as an account of this role or anonymously. */
async function send(role: Role | undefined, body: object, headers: Record<string, string> = {}) {
  const response = await gateway.send(JSON.stringify(body), { ...headers, ...(role && (await signedIn(role))) });
  return { ...response, code: response.errors[0]?.extensions.code, message: response.errors[0]?.message };
}

/** Documents that were parsed, validated or planned ahead of requests, and for requests. */
const workOf = (time: 'ahead' | 'request') => readCounter(gateway.adminUrl, 'gateway_document_work_total', { time });

describe('a document of a manifest', () => {
  test.each([
    ['by its hash', persisted(names)],
    ['by its hash and its text', { query: names, ...persisted(names) }],
    ['by documentId', { documentId: idOf(names) }],
    ['by documentId with the name of the hash function', { documentId: `sha256:${idOf(names)}` }],
  ])('runs %s', async (_case, body) => {
    const { data, errors } = await send('PARTNER', body);
    expect(errors).toEqual([]);
    expect(data.people[0]).toEqual({ name: 'Ada', parcels: [{ weightKg: 2.5 }] });
  });

  test('is neither parsed nor validated nor planned for a request', async () => {
    expect(await workOf('ahead')).toBeGreaterThan(4);
    const before = await workOf('request');
    expect((await send('PARTNER', { ...persisted(person), variables: { id: '1' } })).data.person.name).toBe('Ada');
    expect((await send(undefined, { ...persisted(person), variables: { id: '2' } })).data.person.name).toBe('Grace');
    expect(await workOf('request')).toBe(before);
    const text = { query: 'query ForPeople { people { name friends { name } } }' };
    expect((await send('DISPATCHER', text)).errors).toEqual([]);
    expect(await workOf('request')).toBe(before + 3);
  });

  test.each(['POST', 'GET', 'websocket'] as const)('runs without a text by %s', async (edge) => {
    const headers = await signedIn('PARTNER');
    for (const body of [persisted(names), { documentId: idOf(names) }]) {
      const response = await edges[edge](`${gateway.url}/graphql`, { ...body, headers });
      expect([response.errors, response.closeCode]).toEqual([[], undefined]);
    }
  });

  test('is refused with a text of another hash', async () => {
    expect(await send('PARTNER', { query: person, ...persisted(names) })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: 'provided sha does not match query',
    });
  });

  test('that the supergraph cannot serve is named in the log, and refused', async () => {
    expect(logged).toContainEqual(
      expect.objectContaining({ name: 'Broken', clients: ['partner'], document: idOf(broken) }),
    );
    expect((await send('PARTNER', persisted(broken))).code).toBe('GRAPHQL_VALIDATION_FAILED');
  });
});

describe('by GET', () => {
  const get = async (text: string, headers: Record<string, string> = {}) => {
    const search = new URLSearchParams({ extensions: JSON.stringify(persisted(text).extensions) });
    return fetch(`${gateway.url}/graphql?${search}`, { headers: { ...(await signedIn('PARTNER')), ...headers } });
  };

  test('a client revalidates its copy by the entity tag', async () => {
    const first = await get(names);
    expect(first.status).toBe(200);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    expect(first.headers.get('vary')).toMatch(/authorization/);
    const etag = first.headers.get('etag') ?? '';
    const second = await get(names, { 'if-none-match': etag });
    expect([second.status, await second.text(), second.headers.get('etag')]).toEqual([304, '', etag]);
  });

  test('a refusal is not cached', async () => {
    const refused = await get('{ people { id } }');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } }] });
  });
});

describe('under "registered"', () => {
  test.each([
    ['an unknown hash', persisted('{ people { id } }'), 'PERSISTED_QUERY_NOT_IN_LIST'],
    [
      'an unknown hash with its text',
      { query: '{ people { id } }', ...persisted('{ people { id } }') },
      'PERSISTED_QUERY_NOT_IN_LIST',
    ],
    ['an unknown documentId', { documentId: 'anything' }, 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['a document of another client', persisted(ofStaff), 'PERSISTED_QUERY_NOT_IN_LIST'],
    ['a text', { query: names }, 'PERSISTED_QUERY_ID_REQUIRED'],
  ])('%s is refused', async (_case, body, code) => {
    expect(await send('PARTNER', body)).toMatchObject({ status: 400, code, data: undefined });
  });

  test('a header of the client does not change the audience', async () => {
    const headers = { 'apollographql-client-name': 'console', 'x-audience': 'staff' };
    expect((await send('PARTNER', { query: names }, headers)).code).toBe('PERSISTED_QUERY_ID_REQUIRED');
  });
});

describe('under "apq"', () => {
  test('a text needs its hash; later the hash alone is enough', async () => {
    const query = '{ people { id friends { id } } }';
    expect((await send('CUSTOMER', { query })).code).toBe('PERSISTED_QUERY_ID_REQUIRED');
    expect(await send('CUSTOMER', persisted(query))).toMatchObject({
      status: 200,
      code: 'PERSISTED_QUERY_NOT_FOUND',
      message: 'PersistedQueryNotFound',
    });
    const { data } = await send('CUSTOMER', { query, ...persisted(query) });
    expect(data.people).toHaveLength(2);
    expect((await send('CUSTOMER', persisted(query))).data).toEqual(data);
  });

  test('an invalid text is not kept under its hash', async () => {
    const query = '{ nothing }';
    expect((await send('CUSTOMER', { query, ...persisted(query) })).code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect((await send('CUSTOMER', persisted(query))).code).toBe('PERSISTED_QUERY_NOT_FOUND');
  });

  test('a hash that does not belong to the text is refused', async () => {
    const body = { query: '{ people { name } }', ...persisted('{ people { id } }') };
    expect((await send('CUSTOMER', body)).message).toBe('provided sha does not match query');
  });

  test.each(['CUSTOMER', 'PARTNER'] as const)('a documentId of another document is refused (%s)', async (role) => {
    expect(await send(role, { documentId: idOf(person), ...persisted(names) })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: expect.stringContaining('name different documents'),
    });
    expect((await send(role, { documentId: `sha256:${idOf(names)}`, ...persisted(names) })).errors).toEqual([]);
  });

  test('another version of the protocol is refused', async () => {
    const body = { extensions: { persistedQuery: { version: 2, sha256Hash: idOf(names) } } };
    expect((await send('CUSTOMER', body)).code).toBe('BAD_REQUEST');
  });
});

test('under "free" any text runs', async () => {
  expect((await send('DISPATCHER', { query: '{ people { id name } }' })).errors).toEqual([]);
});

test('under "log-only" any text runs, and log and metrics name the client that "registered" would refuse', async () => {
  const query = '{ people { name id } }';
  const headers = { 'apollographql-client-name': 'old-website' };
  for (let count = 0; count < 2; count++) expect((await send(undefined, { query }, headers)).errors).toEqual([]);
  const code = 'PERSISTED_QUERY_ID_REQUIRED';
  const expected = { audience: 'anonymous', client: 'old-website', account: 'anonymous', code, document: idOf(query) };
  expect(logged.filter(({ client }) => client === 'old-website')).toEqual([expect.objectContaining(expected)]);
  expect(await readMetrics(gateway.adminUrl)).toMatch(
    `gateway_unlisted_documents_total{audience="anonymous",client="old-website",code="${code}"} 2`,
  );
});

test('after a new supergraph the documents are prepared again', async () => {
  const changed = `${gateway.graph.supergraphSdl}\n# another release\n`;
  await reloadSupergraph(gateway.adminUrl, gateway.supergraph, changed);
  await gateway.gateway.whenPrepared();
  const before = await workOf('request');
  expect((await send('PARTNER', persisted(names))).errors).toEqual([]);
  expect(await workOf('request')).toBe(before);
});
