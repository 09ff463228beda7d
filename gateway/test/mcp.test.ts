import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { Role } from '#shared/vocabulary.ts';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

/** An agent uses the trusted documents of its caller as tools, through the client of the official SDK. */

const names = '# The names of all people.\n# Nobody is left out.\nquery Names { people { name } }';
const person =
  'query OnePerson($id: ID!, $friends: Boolean = false) { person(id: $id) { name friends @include(if: $friends) { name } } }';
const nights = 'query Nights($stay: StayInput!) { nights(stay: $stay) }';
const rename = 'mutation Rename($id: ID!, $name: String!) { rename(id: $id, name: $name) { name } }';
const failing = 'query Failing { failing people { name } }';
const secret = 'query Secret { secret }';
const ofStaff = 'query OfStaff { people { id } }';
const dear = 'query Dear { people { id name } }';

const folder = mkdtempSync(join(tmpdir(), 'freight-agents-'));
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));

function writeManifest(client: string, documents: readonly (readonly [text: string, contract?: object])[]): void {
  const operations = documents.map(([body, contract]) => {
    const [, type, name] = /^(query|mutation) (\w+)/m.exec(body) ?? [];
    return { id: hash('sha256', body, 'hex'), name, type, body, ...(contract && { contract }) };
  });
  writeFileSync(
    join(folder, `${client}.json`),
    JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
  );
}

let gateway: TestGateway;
beforeAll(async () => {
  writeManifest('partner', [
    [names],
    [person],
    [nights],
    [rename],
    [failing],
    [secret],
    [dear, { maximumPrice: 1 }],
    ['query Guarded { people { name id } }', { scopes: ['fleet:assign'] }],
  ]);
  writeManifest('website', [[ofStaff], [secret]]);
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

const agents: Client[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.close();
});

let accounts = 0;
async function signedIn(role: Role, tier: AccountIdentity['tier'] = 'PREMIUM'): Promise<Record<string, string>> {
  const number = String(++accounts).padStart(12, '0');
  const account: AccountIdentity = {
    ...{
      kind: 'account',
      accountId: `0190a6e0-0000-7000-8000-${number}`,
      driverId: null,
      credential: { kind: 'session', needsCode: false },
    },
    ...{ organizationId: `0190a6e0-0000-7000-9000-${number}`, roles: [role], scopes: scopesOf([role]), tier },
  };
  return { authorization: `Bearer ${await gateway.tokenFor(account, 600)}` };
}

async function connect(headers: Record<string, string> = {}): Promise<Client> {
  const agent = new Client({ name: 'agent under test', version: '1' });
  agents.push(agent);
  await agent.connect(new StreamableHTTPClientTransport(new URL(`${gateway.url}/mcp`), { requestInit: { headers } }));
  return agent;
}

async function call(agent: Client, name: string, given: Record<string, unknown> = {}) {
  const { content, isError = false } = (await agent.callTool({ name, arguments: given })) as CallToolResult;
  const [part] = content;
  if (part?.type !== 'text') throw new Error('the result has no text');
  return { isError, response: JSON.parse(part.text) };
}

const post = (body: unknown, headers: Record<string, string> = {}, method = 'POST') =>
  fetch(`${gateway.url}/mcp`, {
    method,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
const listing = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

describe('the tools of a caller', () => {
  const toolNames = async (headers?: Record<string, string>) =>
    (await (await connect(headers)).listTools()).tools.map(({ name }) => name);

  test('are the documents that are registered for it and that it may run', async () => {
    const partner = await signedIn('PARTNER');
    expect(await toolNames(partner)).toEqual(['Dear', 'Failing', 'Names', 'Nights', 'OnePerson', 'Rename', 'Secret']);
    expect(await toolNames(await signedIn('DISPATCHER'))).toEqual(['OfStaff', 'Secret']);
    expect(await toolNames()).toEqual(['OfStaff']);
  });

  test('have descriptions, annotations and input schemas', async () => {
    const { tools } = await (await connect(await signedIn('PARTNER'))).listTools();
    const tool = (name: string) => tools.find((one) => one.name === name);
    expect(tool('Names')).toEqual({
      name: 'Names',
      description: 'The names of all people.\nNobody is left out.',
      inputSchema: { type: 'object', properties: {}, required: [], additionalProperties: false },
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    });
    expect(tool('OnePerson')?.inputSchema).toEqual({
      type: 'object',
      properties: { id: { type: 'string' }, friends: { type: 'boolean', default: false } },
      required: ['id'],
      additionalProperties: false,
    });
    expect(tool('Nights')?.inputSchema).toMatchObject({
      properties: { stay: { $ref: '#/$defs/StayInput' } },
      required: ['stay'],
      $defs: { StayInput: { type: 'object', properties: { days: { type: 'array' } }, required: ['days'] } },
    });
    expect(tool('Rename')).toMatchObject({
      inputSchema: { properties: { idempotencyKey: { type: 'string' } }, required: ['id', 'name'] },
      annotations: { readOnlyHint: false, destructiveHint: true },
    });
    expect(tool('Dear')?.description).toMatch(/A call costs at most 1 points\.$/);
  });
});

describe('a call', () => {
  test('runs the document with its variables, and tells what is left of the budget', async () => {
    const agent = await connect(await signedIn('PARTNER'));
    const { isError, response } = await call(agent, 'OnePerson', { id: '1' });
    expect(isError).toBe(false);
    expect(response.data).toEqual({ person: { name: 'Ada' } });
    expect(response.extensions.cost).toMatchObject({
      requestedQueryCost: 1,
      throttleStatus: { maximumAvailable: 10_000, currentlyAvailable: expect.any(Number) },
    });
    expect((await call(agent, 'Nights', { stay: { days: ['2026-03-01'] } })).response.data).toEqual({ nights: 1 });
    expect((await call(agent, 'Rename', { id: '1', name: 'Augusta' })).response.data).toEqual({
      rename: { name: 'Augusta' },
    });
  });

  test.each([
    ['a variable is missing', 'OnePerson', {}, 'BAD_USER_INPUT'],
    ['a subgraph fails', 'Failing', {}, 'DOWNSTREAM_SERVICE_ERROR'],
    ['the contract allows less', 'Dear', {}, 'COST_ESTIMATED_TOO_EXPENSIVE'],
  ])('is an error with its code if %s', async (_case, name, given, code) => {
    const { isError, response } = await call(await connect(await signedIn('PARTNER')), name, given);
    expect([isError, response.errors[0].extensions.code]).toEqual([true, code]);
  });

  test('says when to try again if the budget is spent', async () => {
    const headers = await signedIn('PARTNER', 'FREE');
    const agent = await connect(headers);
    let last = await call(agent, 'Names');
    for (let calls = 0; !last.isError && calls < 200; calls++) last = await call(agent, 'Names');
    const [error] = last.response.errors;
    expect(error.extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    const params = { name: 'Names', arguments: {} };
    const response = await post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }, headers);
    expect([response.status, Number(response.headers.get('retry-after'))]).toEqual([
      200,
      error.extensions.retryAfterSeconds,
    ]);
  });

  test('of a tool that the caller does not have is refused', async () => {
    const agent = await connect();
    await expect(agent.callTool({ name: 'Names' })).rejects.toThrow(
      /You have no tool "Names"\. List the tools again\./,
    );
  });

  test('is cancelled when its client disconnects', async () => {
    const agent = await connect(await signedIn('PARTNER'));
    const { people } = gateway.graph;
    const release = people.hold();
    try {
      const [arrived, departed] = [people.arrival(), people.departure()];
      const called = agent.callTool({ name: 'OnePerson', arguments: { id: '2', friends: true } });
      await arrived;
      await agent.close();
      await expect(called).rejects.toThrow();
      await departed;
    } finally {
      release();
    }
  });
});

test('a message may begin with a byte order mark', async () => {
  const exact = { ...listing, params: { _meta: { sentAt: 0 } } };
  const text = JSON.stringify(exact).replace('0}', '12345678901234567890}');
  const response = await post(`\ufeff${text}`, await signedIn('PARTNER'));
  expect(await response.json()).toMatchObject({ id: 1, result: { tools: expect.any(Array) } });
});

describe('a message is refused', () => {
  test.each([
    ['with invalid credentials', listing, { authorization: 'Bearer x' }, 'POST', 401, 'UNAUTHENTICATED'],
    ['from a page of another origin', listing, { origin: 'https://evil.example' }, 'POST', 403, 'FORBIDDEN'],
    ['as part of a batch', [listing, listing], {}, 'POST', 400, 'BAD_REQUEST'],
    ['by GET, as there are no notifications', undefined, {}, 'GET', 405, 'BAD_REQUEST'],
  ] as const)('%s', async (_case, body, headers, method, status, code) => {
    const response = await post(body, headers, method);
    const refused = (await response.json()) as { error: { data: { code: string } } };
    expect([response.status, refused.error.data.code]).toEqual([status, code]);
  });

  test.each([
    ['that is too large', `{"a":"${'x'.repeat(2_000_000)}"}`, {}, 413],
    ['that is not JSON', '{', {}, 400],
    ['of another content type', listing, { 'content-type': 'text/plain' }, 415],
    ['of another charset', listing, { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['that is not JSON-RPC', { hello: 'world' }, {}, 400],
  ])('%s', async (_case, body, headers, status) => {
    expect((await post(body, headers)).status).toBe(status);
  });
});
