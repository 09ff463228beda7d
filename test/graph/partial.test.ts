import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GraphQLFormattedError } from 'graphql';
import { type GatewayClient, startTestGraph, type TestGraph } from './graph.ts';

/** While one subgraph is down, its fields are null with an error that says so. All other fields are in the same response. */
let graph: TestGraph;
let variables: Record<string, unknown>;
let whole: Record<string, unknown>;

beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 150 } });
  const { activeShipmentId, driverId, customerOrganizationId } = graph.world.demo;
  variables = { shipmentId: activeShipmentId, driverId, organizationId: customerOrganizationId };
  const { data, errors } = await graph.ask('admin', everything, variables);
  expect(errors).toEqual([]);
  whole = data!;
}, 60_000);
afterAll(() => graph.close());

/** A page with something of every subgraph at its root, and joins in every direction. */
const everything = `query Everything($shipmentId: ID!, $driverId: ID!, $organizationId: ID!) {
  viewer { name }
  accounts(first: 1) { nodes { name } }
  organization(id: $organizationId) {
    tier
    shipments(first: 1) { nodes { reference } }
    invoices(first: 1) { nodes { number } }
    billing { openInvoices }
    performance { shipmentsCreated }
  }
  shipment(id: $shipmentId) {
    reference
    organization { name }
    driver { name utilization { rate } }
    quote { status }
    quotes { status }
    risk { score }
    assignment { state }
    route { distanceMeters }
    position { recordedAt }
    eta { status }
  }
  shipments(first: 1) { nodes { reference } }
  driver(id: $driverId) { name position { recordedAt } deliveries(first: 1) { nodes { reference } } utilization { rate } }
  leaderboard(period: ALL_TIME) { entries(first: 1) { nodes { points } } }
  vehiclePositions(first: 1) { nodes { recordedAt vehicle { plate } } }
  invoices(first: 1) { nodes { number shipment { reference } } }
  riskPolicy { blockAbove }
  executive { operations { shipmentsCreated } }
}`;

/** The paths that are null, each with an error, while a subgraph is down. */
const losses: Readonly<Record<string, readonly string[]>> = {
  access: ['viewer', 'accounts', 'organization', 'shipment.organization'],
  shipments: ['shipment', 'shipments', 'organization.shipments', 'driver.deliveries', 'invoices.nodes.@.shipment'],
  fleet: [
    'driver',
    'leaderboard',
    'shipment.driver',
    'shipment.assignment',
    'shipment.route',
    'vehiclePositions.nodes.@.vehicle',
  ],
  tracking: ['vehiclePositions', 'shipment.position', 'shipment.eta', 'driver.position'],
  pricing: ['invoices', 'organization.invoices', 'organization.billing', 'shipment.quote', 'shipment.quotes'],
  risk: ['riskPolicy', 'shipment.risk'],
  analytics: ['executive', 'organization.performance', 'driver.utilization', 'shipment.driver.utilization'],
};

/** The data of the whole graph with null at these paths. */
function without(data: unknown, paths: readonly string[]): unknown {
  const copy: unknown = structuredClone(data);
  for (const path of paths) blank(copy, path.split('.'));
  return copy;
}

function blank(value: unknown, [step, ...rest]: readonly string[]): void {
  if (typeof value !== 'object' || value === null || step === undefined) return;
  const object = value as Record<string, unknown>;
  for (const key of step === '@' ? Object.keys(object) : [step]) {
    if (rest.length === 0) object[key] = null;
    else blank(object[key], rest);
  }
}

/** The path of an error in the form of `losses`: `@` stands for a position in a list. */
function pathOf({ path = [] }: GraphQLFormattedError): string {
  return path.map((step) => (typeof step === 'number' ? '@' : step)).join('.');
}

async function expectLoss(gateway: GatewayClient, subgraph: string): Promise<void> {
  const { data, errors, status } = await gateway.ask('admin', everything, variables);
  expect(status).toBe(200);
  expect(data).toEqual(without(whole, losses[subgraph] ?? []));
  for (const { message, extensions } of errors) {
    expect(extensions).toMatchObject({ retryable: true, subgraph, requestId: expect.any(String) });
    expect(extensions?.['code']).toMatch(/^(SUBREQUEST_HTTP_ERROR|SUBGRAPH_CIRCUIT_OPEN)$/);
    expect(`${message} ${JSON.stringify(extensions)}`).not.toMatch(/127\.0\.0\.1|localhost|:\d{2,5}|ECONN|graphql/i);
  }
  const explained = new Set(errors.map(pathOf));
  for (const place of losses[subgraph] ?? []) {
    expect([...explained].filter((path) => path === place || path.startsWith(`${place}.`))).not.toEqual([]);
  }
}

describe('while one subgraph is down', () => {
  test.each(Object.keys(losses))('%s: its own fields are null, all others are served', async (subgraph) => {
    await graph.tokenOf('admin');
    const gateway = await graph.without(subgraph);
    try {
      await expectLoss(gateway, subgraph);
    } finally {
      await gateway.close();
    }
  });

  test('a subgraph that stops during a request loses only its own fields', async () => {
    const pricing = graph.product.subgraphs.find(({ subgraph }) => subgraph.name === 'pricing');
    await pricing?.close();
    await expectLoss(graph, 'pricing');
  });
});
