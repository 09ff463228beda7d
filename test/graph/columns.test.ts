import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { identityHeader } from '#shared/identity/identity.ts';
import { createSigner, identityTokens } from '#shared/identity/tokens.ts';
import { explainHeader, type StatementRecord } from '#shared/runtime/explain.ts';
import { somebody } from '#shared/test/harness.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { describeForeignIds } from './permissions/describe-foreign-ids.ts';
import { describeLists } from './permissions/describe-lists.ts';
import { describeNestedIds } from './permissions/describe-nested-ids.ts';
import { describePermissions } from './permissions/describe-permissions.ts';
import { describeSubscriptions } from './permissions/describe-subscriptions.ts';
import { storeRareValues } from './rare-values.ts';

/** Subgraphs read only the columns that a request needs (P29 in docs/performance.md), and their fields have the same values. */
let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 300 } });
  await storeRareValues(graph);
}, 60_000);
afterAll(() => graph.close());

const staff = somebody(['ADMIN', 'DISPATCHER']);

function subgraphOf(name: string) {
  const found = graph.product.subgraphs.find(({ subgraph }) => subgraph.name === name);
  if (!found) throw new Error(`There is no subgraph ${name}`);
  return found;
}

/** Sends a query as the gateway would, and returns its data and its statements. */
async function read(name: string, query: string, variables: object = {}) {
  const signer = createSigner(graph.product.keyring.identity.privateJwk);
  const headers = { [identityHeader]: signer.sign(staff, identityTokens(name), 60), [explainHeader]: 'sql' };
  const body = JSON.stringify({ query, variables });
  const { result } = await subgraphOf(name).respond({ headers, body, signal: new AbortController().signal });
  expect({ query, errors: result.errors }).toEqual({ query, errors: undefined });
  return { data: result.data, statements: result.extensions?.['sql'] as readonly StatementRecord[] };
}

/** The names in the select list of the rows `t`. */
const selected = (statements: readonly StatementRecord[]) =>
  statements.flatMap(({ text }) => [...text.matchAll(/\bt\."\w+" as "(\w+)"/g)].map(([, name]) => name)).toSorted();

describe('a statement has the columns of the selected fields, of the order of the list, and of the keys', () => {
  test.each([
    ['access', '{ organizations { nodes { id tier } } }', ['id', 'nameKey', 'tier']],
    ['shipments', '{ shipments { nodes { id reference } } }', ['createdAt', 'id', 'reference']],
    ['fleet', '{ drivers { nodes { id phone } } }', ['id', 'nameKey', 'phone']],
    ['fleet', '{ leaderboard(period: ALL_TIME) { entries { nodes { rank } } } }', ['driverId', 'points', 'rank']],
    ['tracking', '{ vehiclePositions { nodes { recordedAt } } }', ['recordedAt', 'vehicleId']],
    ['pricing', '{ invoices { nodes { id number } } }', ['id', 'issuedAt', 'number']],
    ['risk', '{ riskAssessments { nodes { id score } } }', ['assessedAt', 'id', 'score']],
  ])('%s: %s', async (name, query, columns) => {
    const { statements } = await read(name, query);
    expect(selected(statements)).toEqual(columns);
  });

  test('also those of the entities that the gateway joins', async () => {
    const { assignment, organizationId } = graph.world.shipments.find((shipment) => shipment.assignment)!;
    const join = async (name: string, type: string, id: string | undefined, field: string) => {
      const query = `query($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${field} } } }`;
      const { data, statements } = await read(name, query, { of: [{ __typename: type, id }] });
      expect(data).toMatchObject({ _entities: [{ [field]: expect.any(String) }] });
      return selected(statements);
    };
    expect(await join('access', 'Organization', organizationId, 'name')).toEqual(['id', 'name']);
    expect(await join('fleet', 'Driver', assignment?.driverId, 'name')).toEqual(['id', 'name']);
    expect(await join('fleet', 'Vehicle', assignment?.vehicleId, 'plate')).toEqual(['id', 'plate']);
  });
});

/** Values of a field. An object with an id is represented by it, so that no other columns are read for its sake. */
function selectionOf({ name, type, args }: GraphQLField<unknown, unknown>): string {
  if (args.some(isRequiredArgument)) return '';
  const named = getNamedType(type);
  if (isLeafType(named)) return name;
  return `${name} { __typename ${isObjectType(named) ? valuesOf(named) : ''} }`;
}

function valuesOf(type: GraphQLObjectType): string {
  const { id, ...fields } = type.getFields();
  return id ? 'id' : Object.values(fields).map(selectionOf).join(' ');
}

/** Where the objects of a type are found: a query with `*` for their fields. */
const places = [
  ['access', 'Account', 'accounts(first: 50) { nodes { * } }'],
  ['access', 'Organization', 'organizations(first: 50) { nodes { * } }'],
  ['access', 'AuditEntry', 'auditEntries(first: 50) { nodes { * } }'],
  ['access', 'AuditRefusal', 'auditRefusals(first: 50) { nodes { * } }'],
  ['shipments', 'Shipment', 'shipments(first: 100) { nodes { * } }'],
  ['shipments', 'ShipmentImport', 'shipments(filter: { statuses: [CANCELLED] }) { nodes { importedFrom { * } } }'],
  ['shipments', 'Stop', 'shipments(filter: { statuses: [DELIVERED] }) { nodes { stops { * } } }'],
  ['shipments', 'ShipmentItem', 'shipments { nodes { items { * } } }'],
  ['shipments', 'ShipmentEvent', 'shipments(filter: { statuses: [DELIVERED] }) { nodes { events { * } } }'],
  ['shipments', 'ProofOfDelivery', 'shipments(filter: { statuses: [DELIVERED] }) { nodes { proofOfDelivery { * } } }'],
  ['shipments', 'Rating', 'shipments(filter: { statuses: [DELIVERED] }) { nodes { rating { * } } }'],
  ['shipments', 'ShipmentChange', 'shipments(first: 100) { nodes { changes { * } } }'],
  ['shipments', 'ShipmentComment', 'shipments(first: 100) { nodes { comments(first: 2) { nodes { * } } } }'],
  ['fleet', 'Driver', 'drivers(first: 50) { nodes { * } }'],
  ['fleet', 'Vehicle', 'vehicles(first: 50) { nodes { * } }'],
  ['fleet', 'Assignment', 'assignments(first: 50) { nodes { * } }'],
  ['fleet', 'Shift', 'drivers { nodes { shifts(first: 2) { nodes { * } } } }'],
  ['fleet', 'Badge', 'drivers { nodes { badges { * } } }'],
  ['fleet', 'SafetyIncident', 'drivers { nodes { incidents(first: 2) { nodes { * } } } }'],
  ['fleet', 'RewardAccount', 'drivers { nodes { rewards { * } } }'],
  ['fleet', 'RewardEntry', 'drivers { nodes { rewards { entries(first: 5) { nodes { * } } } } }'],
  ['fleet', 'LeaderboardEntry', 'leaderboard(period: ALL_TIME) { entries { nodes { * } } }'],
  ['tracking', 'Position', 'vehiclePositions { nodes { * } }'],
  ['tracking', 'Geofence', 'geofences { nodes { * } }'],
  ['tracking', 'GeofenceEvent', 'geofenceEvents { nodes { * } }'],
  ['pricing', 'Quote', 'invoices(first: 50) { nodes { quote { * } } }'],
  ['pricing', 'Invoice', 'invoices(first: 100) { nodes { * } }'],
  ['pricing', 'Payment', 'invoices(first: 50) { nodes { payments { * } } }'],
  ['risk', 'RiskAssessment', 'riskAssessments(first: 50) { nodes { * } }'],
  ['risk', 'ReviewCase', 'reviewQueue(filter: { statuses: [DECIDED] }) { nodes { * } }'],
  ['risk', 'WatchlistEntry', 'watchlist(filter: { active: false }) { nodes { * } }'],
] as const;

/** Fields that have a value only for the account of the caller, through a gateway with budgets. */
const ofCallers: ReadonlySet<string> = new Set(['Account.rateLimit', 'Account.usage']);

const hasValue = (data: unknown, field: string) => new RegExp(`"${field}":(?!null|\\[\\])`).test(JSON.stringify(data));

test.each(places)('%s: each field of %s has the same value alone as with all others', async (name, typeName, place) => {
  const type = subgraphOf(name).schema.getType(typeName);
  if (!isObjectType(type)) throw new Error(`${typeName} is no object type of ${name}`);
  const fields = Object.values(type.getFields()).filter((field) => !ofCallers.has(`${typeName}.${field.name}`));
  const { data: whole } = await read(name, `{ ${place.replace('*', fields.map(selectionOf).join(' '))} }`);
  expect(fields.filter((field) => !hasValue(whole, field.name))).toEqual([]);
  for (const field of fields) {
    const { data } = await read(name, `{ ${place.replace('*', selectionOf(field))} }`);
    expect(whole).toMatchObject(data!);
  }
});

// It needs the same rare values, and the same records.
describePermissions(() => graph);
describeLists(() => graph);
describeSubscriptions(() => graph);
// The last: its mutations are all refused, or change what no other test reads.
describeForeignIds(() => graph);
describeNestedIds(() => graph);
