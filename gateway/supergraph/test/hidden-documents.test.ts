import { afterAll, describe, expect, test } from '@jest/globals';
import { readGatewayConfig } from '../../read-config.ts';
import { composeSupergraph } from '../compose.ts';
import type { DocumentUser } from '../gate/compare-document.ts';
import { SupergraphComparison } from '../gate/compare-supergraphs.ts';
import { kindsOfClient } from '../kinds-of-client.ts';

/** A new supergraph may hide an element from some callers by a tag. Documents of these callers that use it would be refused. */

const current = composeSupergraph([
  {
    name: 'fleet',
    url: 'http://fleet.test/graphql',
    sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@tag"])
      type Query { vehicle(id: ID!): Vehicle depot: Depot }
      type Vehicle { plate: String rating: Rating }
      type Rating { stars: Int }
      type Depot { name: String @tag(name: "internal") city: String }`,
  },
]);
/** With a field that needs this scope. */
const scoped = (scope: string) =>
  composeSupergraph([
    {
      name: 'fleet',
      url: 'http://fleet.test/graphql',
      sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@tag", "@requiresScopes"])
        type Query { vehicle(id: ID!): Vehicle depot: Depot }
        type Vehicle { plate: String rating: Rating }
        type Rating { stars: Int @requiresScopes(scopes: [["${scope}"]]) }
        type Depot { name: String @tag(name: "internal") city: String }`,
    },
  ]);
const tagged = (tag: string) => current.replace('rating: Rating', `rating: Rating @tag(name: "${tag}")`);
const text = 'query Stars($id: ID!) { vehicle(id: $id) { plate rating { stars } } }';
const config = readGatewayConfig([], {});
const opened = new Map<string, SupergraphComparison>();
afterAll(() => Promise.all([...opened.values()].map((comparison) => comparison.close())));

function compare(next: string, users: readonly DocumentUser[], clients = kindsOfClient(config)) {
  const key = `${clients.length} ${next}`;
  const comparison = opened.get(key) ?? new SupergraphComparison({ current, next, settings: config, clients });
  opened.set(key, comparison);
  return comparison.compare({ text, isRegistered: true, maximumPrice: null, users });
}

const partner = (tier: DocumentUser['tier']): DocumentUser => ({ audience: 'partner', tier, isKnown: true });
const app: DocumentUser = { audience: 'app', tier: null, isKnown: false };
const hiddenIn = (schema: string) => ({
  isSkipped: false,
  damage: {
    damage: 'hidden',
    field: 'vehicle.rating',
    reason: `in the schema of ${schema}: Cannot query field "rating" on type "Vehicle".`,
  },
});
const unharmed = { isSkipped: false, damage: undefined };

describe('a field that becomes internal', () => {
  const next = tagged('internal');
  test('is hidden from the documents of partners and apps, which are named with the field', async () => {
    expect(next).not.toBe(current);
    expect(await compare(next, [partner('PREMIUM')])).toEqual(hiddenIn('partner PREMIUM'));
    expect(await compare(next, [app])).toEqual(hiddenIn('app FREE'));
  });
  test('is there for those of staff', async () => {
    expect(await compare(next, [{ audience: 'staff', tier: null, isKnown: true }])).toEqual(unharmed);
  });
  test('is there for everybody in front of a supergraph without accounts', async () => {
    const kinds = kindsOfClient({ access: { kind: 'open' } });
    expect(await compare(next, [partner(null)], kinds)).toEqual(unharmed);
  });
});

describe('a field that comes to need a scope', () => {
  const users = [partner('FREE'), app];
  test('that no partner can hold is hidden from their documents, with what cannot be used without it', async () => {
    expect(await compare(scoped('fleet:read'), users)).toEqual(hiddenIn('partner FREE'));
    expect(await compare(scoped('access:keys'), users)).toEqual(hiddenIn('app FREE'));
  });
  test('that some of the users hold is denied to the others', async () => {
    const { damage } = await compare(scoped('shipments:read'), users);
    expect(damage).toMatchObject({ damage: 'denied', field: 'vehicle.rating.stars' });
  });
});

test('a field for a higher tier is hidden from the documents of the lower ones only', async () => {
  const next = tagged('tier-premium');
  expect(await compare(next, [partner('STANDARD')])).toEqual(hiddenIn('partner STANDARD'));
  expect(await compare(next, [partner('PREMIUM')])).toEqual(unharmed);
  expect(await compare(next, [partner(null)])).toEqual(hiddenIn('partner FREE'));
});

test('a change of tags elsewhere damages nothing, and the documents are examined', async () => {
  const next = current.replace(/ @tag\(name: "internal"\)/, '');
  expect(await compare(next, [partner('FREE'), app])).toEqual(unharmed);
});
