import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import type { CostReport } from '../access/budget/report.ts';
import { type SmallGraph, startSmallGraph } from '../testing/small-graph.ts';
import { json, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
let graph: SmallGraph;
let gateway: TestGateway;
let organizations = 0;
let customer: Record<string, string>;

/** Headers of an account of a new organization, whose bucket is full. */
async function newCustomer(tier: AccountIdentity['tier'] = 'STANDARD'): Promise<Record<string, string>> {
  const identity: AccountIdentity = {
    kind: 'account',
    accountId: `account-${++organizations}`,
    credential: { kind: 'session', needsCode: false },
    organizationId: `organization-${organizations}`,
    driverId: null,
    roles: ['CUSTOMER'],
    scopes: scopesOf(['CUSTOMER']),
    tier,
  };
  return { authorization: `Bearer ${await gateway.tokenFor(identity, 900)}` };
}

beforeAll(async () => {
  graph = await startSmallGraph();
  gateway = await startTestGateway({ access: { kind: 'freight', dataDir }, budgetMode: 'enforce' }, graph);
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await graph.close();
  rmSync(dataDir, { recursive: true, force: true });
});
beforeEach(async () => {
  customer = await newCustomer();
});

const costIn = (extensions: unknown): CostReport => (extensions as { cost: CostReport }).cost;

/** May return 10 people with 10 friends each: 110 points. Two people with a friend each come back: 4 points. */
const friends = '{ people { friends { name } } }';

describe('every response', () => {
  test('states what the operation was expected to cost, what it cost, and what is left', async () => {
    const { extensions, headers } = await gateway.ask(friends, {}, customer);
    expect(extensions).toEqual({
      cost: {
        requestedQueryCost: 110,
        actualQueryCost: 4,
        throttleStatus: { maximumAvailable: 2_000, currentlyAvailable: 1_996, restoreRate: 100 },
      },
    });
    expect(headers.get('ratelimit-policy')).toBe('"points";q=2000;w=20;qu="points"');
    expect(headers.get('ratelimit')).toBe('"points";r=1996;t=1');
  });

  test('states it after errors of subgraphs too', async () => {
    const { extensions } = await gateway.ask('{ failing }', {}, customer);
    expect(costIn(extensions)).toMatchObject({ requestedQueryCost: 0, actualQueryCost: 0 });
  });

  test('to an operation that could not run states that it cost nothing', async () => {
    const source = 'query ($id: ID!) { person(id: $id) { name } }';
    const { extensions, status, headers } = await gateway.ask(
      source,
      {},
      { ...customer, accept: 'application/graphql-response+json' },
    );
    expect(status).toBe(400);
    expect(costIn(extensions)).toMatchObject({ requestedQueryCost: 1, actualQueryCost: 0 });
    expect(headers.get('ratelimit')).toBe('"points";r=2000;t=0');
  });

  test('of equal requests that share one execution is charged to each caller', async () => {
    const before = graph.people.seen.length;
    const letGo = graph.people.hold();
    const arrival = graph.people.arrival();
    const both = [gateway.ask(friends, {}, customer), gateway.ask(friends, {}, customer)];
    await arrival;
    // The response to a later request shows that the gateway has read both.
    await gateway.ask('{ __typename }', {}, customer);
    letGo();
    const left = (await Promise.all(both)).map(
      ({ extensions }) => costIn(extensions).throttleStatus.currentlyAvailable,
    );
    expect(graph.people.seen.length - before).toBe(1);
    expect(Math.min(...left)).toBeLessThanOrEqual(1_996);
    expect(costIn((await gateway.ask('{ __typename }', {}, customer)).extensions).actualQueryCost).toBe(0);
  });

  test('of a large one that several requests share has the extensions of each', async () => {
    const text = 'x'.repeat(16_500);
    const letGo = graph.people.hold();
    const arrival = graph.people.arrival();
    const source = 'query ($text: String!) { echo(text: $text) }';
    const asked = ['identity', 'identity', 'gzip'].map((coding) =>
      gateway.ask(source, { text }, { ...customer, 'accept-encoding': coding }),
    );
    await arrival;
    await gateway.ask('{ __typename }', {}, customer);
    letGo();
    for (const { data, extensions } of await Promise.all(asked)) {
      expect(data).toEqual({ echo: text });
      expect(costIn(extensions)).toMatchObject({ actualQueryCost: 0, throttleStatus: { maximumAvailable: 2_000 } });
    }
  });

  test('in parts states it in the last part', async () => {
    const query = '{ people { id ... @defer { parcels { id } } } }';
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...json, ...customer, accept: 'multipart/mixed; deferSpec=20220824' },
      body: JSON.stringify({ query }),
    });
    const payloads = (await response.text()).split(/\r\n--\S+/).flatMap((part) => part.match(/\{.*\}/s) ?? []);
    const costs = payloads.map((payload) => JSON.parse(payload).extensions?.cost.actualQueryCost);
    expect(costs.slice(0, -1).every((cost) => cost === undefined)).toBe(true);
    expect(costs.at(-1)).toBe(4);
    expect(response.headers.get('ratelimit-policy')).toContain('q=2000');
  });
});

describe('a refusal states what is left', () => {
  const full = { maximumAvailable: 2_000, currentlyAvailable: 2_000, restoreRate: 100 };

  test('after an invalid document', async () => {
    const { extensions, headers } = await gateway.ask('{ unknown }', {}, customer);
    expect(costIn(extensions)).toEqual({ requestedQueryCost: null, actualQueryCost: null, throttleStatus: full });
    expect(headers.get('ratelimit-policy')).toBe('"points";q=2000;w=20;qu="points"');
    expect(headers.get('ratelimit')).toBe('"points";r=2000;t=0');
  });

  test('after a document that is not registered', async () => {
    const { errors, extensions, headers } = await gateway.send(
      JSON.stringify({ documentId: '0'.repeat(64) }),
      customer,
    );
    expect(errors[0]?.extensions.code).toBe('PERSISTED_QUERY_NOT_IN_LIST');
    expect(costIn(extensions).throttleStatus).toEqual(full);
    expect(headers.get('ratelimit')).toBe('"points";r=2000;t=0');
  });

  test('after a price above the burst, with the price', async () => {
    const expensive = '{ people { friends { friends { friends { name } } } } }';
    const { extensions, headers } = await gateway.ask(expensive, {}, customer);
    expect(costIn(extensions)).toEqual({ requestedQueryCost: 11_110, actualQueryCost: null, throttleStatus: full });
    expect(headers.get('ratelimit')).toBe('"points";r=2000;t=0');
  });

  test('to a FREE caller without requests, in points and requests', async () => {
    const free = await newCustomer('FREE');
    for (let sent = 0; sent < 100; sent++) await gateway.ask('{ __typename }', {}, free);
    const { status, extensions, headers } = await gateway.ask('{ __typename }', {}, free);
    expect(status).toBe(429);
    expect(headers.get('ratelimit')).toMatch(/^"points";r=1000;t=0, "requests";r=0;t=(900|899)$/);
    expect(costIn(extensions)).toMatchObject({ requestedQueryCost: 0, actualQueryCost: null });
  });

  test('not to a caller who is not known', async () => {
    const { extensions, headers } = await gateway.ask('{ __typename }', {}, { authorization: 'Bearer forged' });
    expect({ extensions, left: headers.get('ratelimit') }).toEqual({ extensions: undefined, left: null });
  });
});

describe('an operation that costs too much', () => {
  /** May return 10 people, 100 friends and 1,000 of their friends: 1,110 points. */
  const friendsOfFriends = '{ people { friends { friends { name } } } }';

  test('for a full bucket is refused for good', async () => {
    const anonymous = await gateway.ask(friendsOfFriends);
    expect(anonymous.status).toBe(400);
    expect(anonymous.errors[0]?.extensions).toMatchObject({
      code: 'COST_ESTIMATED_TOO_EXPENSIVE',
      estimate: 1_110,
      limit: 1_000,
    });
    expect((await gateway.ask(friendsOfFriends, {}, customer)).status).toBe(200);
  });

  test('for what is left is refused with the time to wait, and nothing is fetched', async () => {
    const letGo = graph.people.hold();
    const arrival = graph.people.arrival();
    const running = gateway.ask(friendsOfFriends, {}, customer);
    await arrival;
    const before = graph.people.seen.length;
    const refused = await gateway.ask('{ people { friends { friends { id } } } }', {}, customer);
    expect(graph.people.seen.length).toBe(before);
    letGo();
    expect(refused.status).toBe(429);
    expect(refused.errors[0]?.extensions.code).toBe('RATE_LIMITED');
    expect(Number(refused.headers.get('retry-after'))).toBe(3);
    expect(refused.headers.get('ratelimit')).toMatch(/^"points";r=8\d\d;t=1\d$/);
    expect(costIn(refused.extensions)).toMatchObject({ requestedQueryCost: 1_110, actualQueryCost: null });
    expect((await running).status).toBe(200);
  });
});

/** Resolves when five more requests have reached `people`. */
async function fiveArrivals(): Promise<void> {
  const wanted = graph.people.seen.length + 5;
  while (graph.people.seen.length < wanted) await graph.people.arrival();
}

test('requests beyond the concurrency of the tier are refused with Retry-After 1', async () => {
  const free = await newCustomer('FREE');
  const letGo = graph.people.hold();
  const arrived = fiveArrivals();
  const running = Array.from({ length: 5 }, (_, index) => gateway.ask(`{ person(id: "${index}") { name } }`, {}, free));
  await arrived;
  const refused = await gateway.ask('{ __typename }', {}, free);
  letGo();
  expect(refused.status).toBe(429);
  expect(refused.headers.get('retry-after')).toBe('1');
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

test('without budgets, responses state nothing about them', async () => {
  await using plain = await startTestGateway({}, graph);
  const { extensions, headers } = await plain.ask(friends);
  expect(extensions).toBeUndefined();
  expect(headers.get('ratelimit')).toBeNull();
});
