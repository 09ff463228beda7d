import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { federate } from '../engine/test/federation.ts';
import { engineFor } from '../engine/test/harness.ts';
import { findDeprecations } from '../pipeline/deprecations.ts';
import { deniedFieldsOf, type Receipt } from '../pipeline/receipt.ts';
import { edges } from '../testing/edge-clients.ts';
import { json, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const customer: AccountIdentity = {
  kind: 'account',
  accountId: 'a1',
  credential: { kind: 'session', needsCode: false },
  organizationId: 'o1',
  driverId: null,
  roles: ['CUSTOMER'],
  scopes: scopesOf(['CUSTOMER']),
  tier: 'STANDARD',
};
const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
let gateway: TestGateway;
let signedIn: Record<string, string>;
beforeAll(async () => {
  gateway = await startTestGateway({ access: { kind: 'freight', dataDir }, budgetMode: 'enforce' });
  signedIn = { authorization: `Bearer ${await gateway.tokenFor(customer, 900)}` };
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  rmSync(dataDir, { recursive: true, force: true });
});

const callsSoFar = () => gateway.graph.people.seen.length + gateway.graph.parcels.seen.length;

/** Asks for the receipt of an operation. */
async function dryRun(query: string, variables: object = {}, headers: Record<string, string> = signedIn) {
  const before = callsSoFar();
  const response = await gateway.ask(query, variables, { ...headers, 'graphql-dry-run': 'true' });
  expect(callsSoFar()).toBe(before);
  return { ...response, receipt: response.extensions as unknown as Receipt }; // the assertions check its form
}

describe('a request with the header GraphQL-Dry-Run', () => {
  test('states price, plan and fetches, and calls no subgraph', async () => {
    const { data, errors, receipt, status, headers } = await dryRun('{ people { name parcels { id } } }');
    expect({ data, errors, status }).toEqual({ data: null, errors: [], status: 200 });
    expect(receipt.cost).toEqual({
      requestedQueryCost: 110,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 2_000, restoreRate: 100 },
      byField: [
        { path: 'people', cost: 110 },
        { path: 'people.parcels', cost: 100 },
      ],
    });
    const unknown = { p50Ms: null, p95Ms: null };
    expect(receipt.fetches).toEqual([
      { subgraph: 'people', ...unknown },
      { subgraph: 'parcels', ...unknown },
    ]);
    expect(receipt.plan).toContain('Fetch(service: "people")');
    expect(receipt).toMatchObject({ denied: [], deprecated: [] });
    expect(headers.get('ratelimit')).toBe('"points";r=2000;t=0');
  });

  test('states how long the requests took before, those of the conditions and deferred parts that hold', async () => {
    const query = 'query ($more: Boolean!) { people { id parcels @include(if: $more) { weightKg } } }';
    const measured = { subgraph: 'people', p50Ms: expect.any(Number), p95Ms: expect.any(Number) };
    await gateway.ask(query, { more: false }, signedIn);
    expect((await dryRun(query, { more: false })).receipt.fetches).toEqual([measured]);
    await gateway.ask(query, { more: true }, signedIn);
    const { fetches } = (await dryRun(query, { more: true })).receipt;
    expect(fetches).toEqual([measured, { ...measured, subgraph: 'parcels' }]);
    for (const { p50Ms, p95Ms } of fetches) {
      expect(p50Ms).toBeGreaterThan(0);
      expect(p95Ms).toBeGreaterThanOrEqual(p50Ms!);
    }
    const deferred = '{ people { id ... @defer { parcels { to { id } } } } }';
    expect((await dryRun(deferred)).receipt.fetches).toMatchObject([{ subgraph: 'people' }, { subgraph: 'parcels' }]);
    const inParts = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...signedIn, accept: 'multipart/mixed; deferSpec=20220824', 'graphql-dry-run': 'true' },
      body: JSON.stringify({ query: deferred }),
    });
    const [receipt = ''] = (await inParts.text()).match(/\{.*\}/s) ?? [];
    expect(JSON.parse(receipt).extensions.fetches).toHaveLength(2);
  });

  test('does not make the change of a mutation', async () => {
    const { data, receipt } = await dryRun('mutation { rename(id: "1", name: "Eve") { name } }');
    expect(data).toBeNull();
    expect(receipt.cost.byField).toEqual([{ path: 'rename', cost: 10 }]);
  });

  test.each(['TRUE', 'True', ' true'])('accepts "%s"', async (value) => {
    const before = callsSoFar();
    const { data } = await gateway.ask('{ people { name } }', {}, { ...signedIn, 'graphql-dry-run': value });
    expect([data, callsSoFar()]).toEqual([null, before]);
  });

  test.each(['1', 'yes', 'ture', 'true, true'])('runs nothing on any edge if its value is "%s"', async (value) => {
    const headers = { ...signedIn, 'graphql-dry-run': value };
    const before = callsSoFar();
    for (const ask of Object.values(edges)) {
      const { status = 400, errors } = await ask(`${gateway.url}/graphql`, { query: '{ people { name } }', headers });
      expect([status, errors[0]?.extensions.code, errors[0]?.message]).toEqual([
        400,
        'BAD_REQUEST',
        'The header GraphQL-Dry-Run must be "true" or "false". Nothing has run.',
      ]);
    }
    expect(callsSoFar()).toBe(before);
  });

  test('runs the operation if its value is "False"', async () => {
    const { data } = await gateway.ask('{ people { name } }', {}, { ...signedIn, 'graphql-dry-run': 'False' });
    expect(data).toMatchObject({ people: expect.any(Array) });
  });

  test('refuses what the operation itself would be refused for', async () => {
    const source = 'query ($id: ID!) { person(id: $id) { name } }';
    expect((await dryRun(source)).errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    expect((await dryRun('{ unknown }')).errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
    const expensive = '{ people { friends { friends { friends { name } } } } }';
    expect((await dryRun(expensive)).errors[0]?.extensions).toMatchObject({ code: 'COST_ESTIMATED_TOO_EXPENSIVE' });
  });

  test('hides secrets in the plan', async () => {
    const { receipt } = await dryRun('mutation { signUp(input: { name: "Ada", password: "swordfish" }) }');
    expect(receipt.plan).not.toContain('swordfish');
  });

  test.each([
    '{ secret }',
    '{ people { name } mine: secret }',
    '{ ...Hidden people { name } } fragment Hidden on Query { a: secret ... on Query { b: secret } }',
    '{ people { name friends { name } } }',
  ])('names the fields that are denied when it runs: %s', async (query) => {
    for (const headers of [{}, signedIn]) {
      const { receipt } = await dryRun(query, {}, headers);
      const { errors } = await gateway.ask(query, {}, headers);
      const denied = errors.filter(({ extensions }) => extensions.code === 'UNAUTHORIZED_FIELD_OR_TYPE');
      expect(receipt.denied.map(({ path }) => path)).toEqual(denied.map(({ path = [] }) => path.join('.')));
      for (const { reason } of receipt.denied) expect(reason).toBe('Requires a signed-in account.');
    }
  });
});

test('a denied field names the scopes that its caller lacks', async () => {
  const engine = engineFor(
    federate({
      only: {
        sdl: `type Query { open: Int  mine: Int @authenticated  prices: Int @requiresScopes(scopes: [["pricing:read", "fleet:read"], ["admin"]])  box: Box }
          type Box @authenticated { label: String @requiresScopes(scopes: [["risk:read"]]) }`,
      },
    }),
  );
  const grants = { authenticated: true, scopes: new Set(['fleet:read']), policies: new Set<string>() };
  const operation = await engine.prepare({ source: '{ open mine prices box { label } }', grants });
  expect(deniedFieldsOf(operation)).toEqual([
    { path: 'prices', reason: 'Requires the scope pricing:read and fleet:read, or admin.' },
    { path: 'box.label', reason: 'Requires the scope risk:read.' },
  ]);
});

test('deprecated fields, arguments, input fields and enum values are named with their reasons', () => {
  const schema = buildSchema(`
    type Query { old: Int @deprecated(reason: "Use new.")  find(by: By, kind: Kind, text: String @deprecated(reason: "Use by.")): Int }
    input By { id: ID  number: Int @deprecated(reason: "Use id.") }
    enum Kind { BOX CRATE @deprecated(reason: "Use BOX.") }
  `);
  const document = parse('{ old again: old find(by: { number: 1 }, kind: CRATE, text: "a") }');
  expect(findDeprecations(schema, document)).toEqual([
    { coordinate: 'Query.old', reason: 'Use new.' },
    { coordinate: 'By.number', reason: 'Use id.' },
    { coordinate: 'Kind.CRATE', reason: 'Use BOX.' },
    { coordinate: 'Query.find.text', reason: 'Use by.' },
  ]);
});
