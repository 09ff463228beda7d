import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type GraphQLObjectType, getNamedType, isLeafType, isObjectType, isRequiredArgument } from 'graphql';
import { moneyOf } from '#shared/input/money.ts';
import type { Role } from '#shared/vocabulary.ts';
import { startTestGraph, type TestGraph } from './graph.ts';
import { readSchemas } from './schemas.ts';

/** Records of different subgraphs form one graph. Joins lead there and back in one request, and agree with the records. */
let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 300 } });
}, 60_000);
afterAll(() => graph.close());

type Shipment = TestGraph['world']['shipments'][number];

const organizationOf = ({ organizationId }: Shipment) =>
  graph.world.organizations.find(({ id }) => id === organizationId);
const driverOf = ({ assignment }: Shipment) => graph.world.drivers.find(({ id }) => id === assignment?.driverId);
const vehicleOf = ({ assignment }: Shipment) => graph.world.vehicles.find(({ id }) => id === assignment?.vehicleId);
const accountOf = (accountId: string) => graph.world.accounts.find(({ id }) => id === accountId);
const usd = (cents: number) => moneyOf(cents, 'USD');
const newestFirst = (left: Shipment, right: Shipment) => right.createdAt.getTime() - left.createdAt.getTime();

/** Runs a query as an administrator, who sees everything. */
async function read<T>(query: string, variables: Record<string, unknown>): Promise<T> {
  const { data, errors } = await graph.ask<T>('admin', query, variables);
  expect(errors).toEqual([]);
  return data!;
}

/** A delivered and rated shipment with an invoice, which has data in every subgraph. */
function fullShipment(): Shipment {
  const found = graph.world.shipments.findLast(({ rating, invoice, risk }) => rating && invoice && risk);
  if (!found) throw new Error('The world has no rated shipment');
  return found;
}

test('a record is found by its id in capitals, too', async () => {
  const { id, organizationId, assignment, invoice, quote } = fullShipment();
  const ids = {
    shipment: id,
    organization: organizationId,
    driver: assignment!.driverId,
    vehicle: assignment!.vehicleId,
    quote: quote!.id,
    invoice: invoice!.id,
  };
  const fields = Object.entries(ids).map(([field, of]) => `${field}(id: "${of.toUpperCase()}") { id }`);
  const found = await read<Record<string, unknown>>(`{ ${fields.join(' ')} }`, {});
  expect(found).toEqual(Object.fromEntries(Object.entries(ids).map(([field, of]) => [field, { id: of }])));
});

describe('from a shipment', () => {
  test('to its data in every other subgraph', async () => {
    const shipment = fullShipment();
    const { shipment: seen } = await read<{ shipment: Record<string, unknown> }>(
      `query($id: ID!) {
        shipment(id: $id) {
          reference
          organization { name tier }
          createdBy { email organization { id } }
          driver { name account { email } }
          vehicle { plate }
          quote { status price { amount currency } shipment { reference } }
          invoice { number status amount { amount currency } organization { name } payments { amount { amount currency } } }
          risk { score shipment { reference } organization { id } }
          assignment { state driver { id } vehicle { id } assignedBy { name } shipment { reference } }
          route { distanceMeters }
        }
      }`,
      { id: shipment.id },
    );
    const organization = organizationOf(shipment);
    const driver = driverOf(shipment);
    const { invoice, quote, risk, assignment } = shipment;
    expect(seen).toMatchObject({
      reference: shipment.reference,
      organization: { name: organization?.name, tier: organization?.tier },
      createdBy: { email: accountOf(shipment.createdByAccountId)?.email },
      driver: { name: driver?.name, account: { email: accountOf(driver?.accountId ?? '')?.email } },
      vehicle: { plate: vehicleOf(shipment)?.plate },
      quote: { status: quote?.status, price: usd(quote!.priceCents), shipment: { reference: shipment.reference } },
      invoice: {
        number: invoice?.number,
        status: invoice?.status,
        amount: usd(invoice!.amountCents),
        organization: { name: organization?.name },
        payments: invoice!.payments.map(({ amountCents }) => ({ amount: usd(amountCents) })),
      },
      risk: { shipment: { reference: shipment.reference }, organization: { id: organization?.id } },
      assignment: {
        state: 'COMPLETED',
        driver: { id: driver?.id },
        vehicle: { id: assignment?.vehicleId },
        assignedBy: { name: accountOf(assignment!.assignedByAccountId)?.name },
        shipment: { reference: shipment.reference },
      },
      route: { distanceMeters: shipment.distanceMeters },
    });
    expect(risk).not.toBeNull();
  });

  test('over its driver to the deliveries, and on to their invoices, and back', async () => {
    const shipment = fullShipment();
    const driver = driverOf(shipment);
    const { shipment: seen } = await read<{
      shipment: { driver: { id: string; deliveries: { totalCount: number; nodes: Record<string, unknown>[] } } };
    }>(
      `query($id: ID!) {
        shipment(id: $id) {
          driver {
            id
            deliveries(first: 100) {
              totalCount
              nodes {
                id
                driver { id }
                organization { name }
                invoice { number amount { amount currency } shipment { driver { name } } }
              }
            }
          }
        }
      }`,
      { id: shipment.id },
    );
    const carried = graph.world.shipments
      .filter(({ assignment, status }) => assignment?.driverId === driver?.id && status !== 'CANCELLED')
      .toSorted(newestFirst);
    const { deliveries } = seen.driver;
    expect(deliveries.totalCount).toBe(carried.length);
    expect(deliveries.nodes).toEqual(
      carried.slice(0, 100).map((load) => ({
        id: load.id,
        driver: { id: driver?.id },
        organization: { name: organizationOf(load)?.name },
        invoice: load.invoice && {
          number: load.invoice.number,
          amount: usd(load.invoice.amountCents),
          shipment: { driver: { name: driver?.name } },
        },
      })),
    );
  });

  test('on the road, to the vehicle and its position, and back to the same shipment', async () => {
    const { activeShipmentId, driverId } = graph.world.demo;
    const { shipment } = await read<{ shipment: Record<string, { recordedAt?: string; vehicle?: unknown }> }>(
      `query($id: ID!) {
        shipment(id: $id) {
          position { recordedAt shipment { id } driver { id name } vehicle { plate position { recordedAt } } }
          vehicle { position { recordedAt shipment { id } } }
          driver { position { recordedAt shipment { id } } }
        }
      }`,
      { id: activeShipmentId },
    );
    const { recordedAt } = shipment['position']!;
    const there = { recordedAt, shipment: { id: activeShipmentId } };
    expect(shipment).toEqual({
      position: {
        ...there,
        driver: { id: driverId, name: graph.world.drivers.find(({ id }) => id === driverId)?.name },
        vehicle: {
          plate: vehicleOf(graph.world.shipments.find(({ id }) => id === activeShipmentId)!)?.plate,
          position: { recordedAt },
        },
      },
      vehicle: { position: there },
      driver: { position: there },
    });
  });
});

describe('from an organization', () => {
  test('to its shipments, their risk and bills, and its own figures', async () => {
    const { customerOrganizationId: id } = graph.world.demo;
    const { organization } = await read<{ organization: Record<string, unknown> }>(
      `query($id: ID!) {
        organization(id: $id) {
          name
          shipments(first: 100) { totalCount nodes { reference organization { id } risk { shipment { id } } invoice { number } } }
          invoices(first: 100) { totalCount nodes { number organization { id } shipment { reference } } }
          performance(days: 366) { ratings }
          accounts(first: 100) { nodes { email organization { name } } }
        }
      }`,
      { id },
    );
    const own = graph.world.shipments.filter(({ organizationId }) => organizationId === id).toSorted(newestFirst);
    const billed = own
      .flatMap((shipment) => (shipment.invoice ? [{ shipment, invoice: shipment.invoice }] : []))
      .toSorted((left, right) => right.invoice.issuedAt.getTime() - left.invoice.issuedAt.getTime());
    const { name } = graph.world.organizations.find((candidate) => candidate.id === id)!;
    const accounts = graph.world.accounts.filter(({ organizationId }) => organizationId === id);
    const yearAgo = Date.now() - 365 * 86_400_000;
    expect(organization).toMatchObject({
      name,
      shipments: {
        totalCount: own.length,
        nodes: own.slice(0, 100).map((shipment) => ({
          reference: shipment.reference,
          organization: { id },
          risk: shipment.risk && { shipment: { id: shipment.id } },
          invoice: shipment.invoice && { number: shipment.invoice.number },
        })),
      },
      invoices: {
        totalCount: billed.length,
        nodes: billed.slice(0, 100).map(({ shipment, invoice }) => ({
          number: invoice.number,
          organization: { id },
          shipment: { reference: shipment.reference },
        })),
      },
      performance: { ratings: own.filter(({ rating }) => rating && rating.ratedAt.getTime() > yearAgo).length },
    });
    const { nodes } = organization['accounts'] as { nodes: { email: string }[] };
    expect(nodes).toEqual(expect.arrayContaining(accounts.map(({ email }) => ({ email, organization: { name } }))));
  });
});

describe('from an account', () => {
  test('that drives, to the driver, the loads and their customers', async () => {
    const { data, errors } = await graph.ask<{ viewer: unknown }>(
      'driver',
      `{ viewer { driver { name account { email } assignments(first: 1) { nodes { shipment { id organization { name } } } } } } }`,
    );
    expect(errors).toEqual([]);
    const { driverId, activeShipmentId, customerOrganizationId } = graph.world.demo;
    expect(data?.viewer).toEqual({
      driver: {
        name: graph.world.drivers.find(({ id }) => id === driverId)?.name,
        account: { email: 'driver@demo.test' },
        assignments: {
          nodes: [
            {
              shipment: {
                id: activeShipmentId,
                organization: { name: graph.world.organizations.find(({ id }) => id === customerOrganizationId)?.name },
              },
            },
          ],
        },
      },
    });
  });

  test('of another person, to null for customers, partners and drivers, without an error', async () => {
    const { demo, drivers } = graph.world;
    const colleague = drivers.find(({ id, accountId }) => id !== demo.driverId && accountId)?.accountId;
    const query = 'query($id: ID!) { account(id: $id) { name roles driver { name } } }';
    for (const role of ['customer', 'partner', 'driver'] as const) {
      for (const id of [demo.dispatcher, colleague]) {
        expect(await graph.ask(role, query, { id })).toMatchObject({ data: { account: null }, errors: [] });
      }
    }
  });

  test('that ships sees no more through a join than at the root', async () => {
    const foreign = graph.world.shipments.find(
      ({ organizationId, assignment }) => assignment && organizationId !== graph.world.demo.customerOrganizationId,
    )!;
    const { data } = await graph.ask(
      'customer',
      `query($shipment: ID!, $driver: ID!, $organization: ID!) {
        shipment(id: $shipment) { reference invoice { number } }
        organization(id: $organization) { name shipments(first: 5) { totalCount } invoices(first: 5) { totalCount } }
        driver(id: $driver) { deliveries(first: 100) { nodes { organization { id } } } }
      }`,
      { shipment: foreign.id, organization: foreign.organizationId, driver: foreign.assignment?.driverId },
    );
    expect(data).toMatchObject({ shipment: null, organization: null });
    const { driver } = data as { driver: { deliveries: { nodes: { organization: { id: string } }[] } } | null };
    const customers = (driver?.deliveries.nodes ?? []).map(({ organization }) => organization.id);
    expect(customers.filter((id) => id !== graph.world.demo.customerOrganizationId)).toEqual([]);
  });
});

describe('records that another record refers to', () => {
  const { schemaFor } = readSchemas();

  /** All fields of a type without arguments, and those of its objects down to `levels`. */
  function selectionOf(type: GraphQLObjectType, levels: number): string {
    const fields = Object.values(type.getFields()).filter(({ args }) => !args.some(isRequiredArgument));
    const selections = fields.map((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return field.name;
      const isPage = named.name.endsWith('Connection');
      if (!isObjectType(named) || levels === 0 || (isPage && levels < 2)) return '__typename';
      const inner = isPage ? getNamedType(named.getFields()['nodes']!.type) : named;
      const below = selectionOf(inner as GraphQLObjectType, levels - 1); // The nodes of a page are objects.
      return isPage ? `${field.name}(first: 2) { nodes { ${below} } }` : `${field.name} { ${below} }`;
    });
    return [...new Set(selections)].join(' ');
  }
  const lists = ['shipments', 'assignments', 'drivers', 'vehicles', 'invoices', 'vehiclePositions', 'geofenceEvents'];
  const roles = ['dispatcher', 'analyst', 'driver', 'customer', 'partner'] as const;

  const pages = roles.flatMap((role) => {
    const fields = schemaFor(role.toUpperCase() as Role)
      .getQueryType()!
      .getFields();
    return lists.flatMap((list) => (fields[list] ? [[list, role, getNamedType(fields[list].type)] as const] : []));
  });

  test.each(pages)(
    'in %s is there for the %s, or null: nothing that is hidden makes a fault',
    async (list, role, type) => {
      const page = type as GraphQLObjectType; // a list is a field of pages
      const node = getNamedType(page.getFields()['nodes']!.type) as GraphQLObjectType;
      const { errors } = await graph.ask(role, `{ ${list}(first: 1) { nodes { ${selectionOf(node, 2)} } } }`);
      const faults = errors.filter(({ extensions }) => extensions?.['code'] !== 'UNAUTHORIZED_FIELD_OR_TYPE');
      expect(faults).toEqual([]);
    },
  );
});
