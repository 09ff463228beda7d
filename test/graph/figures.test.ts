import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExecutiveFigures, executiveQuery } from '../../subgraphs/analytics/test/queries.ts';
import { countRecords, readRecords } from './figures.ts';
import { type DemoAccount, startTestGraph, type TestGraph } from './graph.ts';

/** Executives see figures that agree with the records: analytics is compared with a recount of the records of other subgraphs. */
const hour = 3_600_000;
let graph: TestGraph;

beforeAll(async () => {
  graph = await startTestGraph({ size: { shipments: 300 } });
}, 60_000);
afterAll(() => graph.close());

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);
/** The longest range that the graph allows, up to today. */
const range = { from: dayOf(Date.now() - 1_826 * 24 * hour), until: dayOf(Date.now()) };

/** Runs a mutation and waits for the events that follow. A refusal fails the test. */
async function run<T extends { userErrors: readonly unknown[] }>(
  as: DemoAccount,
  field: string,
  inputType: string,
  selection: string,
  input: object,
): Promise<T> {
  const query = `mutation($input: ${inputType}!) { ${field}(input: $input) { ${selection} userErrors { code message } } }`;
  const { data, errors } = await graph.ask<Record<string, T>>(as, query, { input });
  expect(errors).toEqual([]);
  const payload = data![field]!;
  expect(payload.userErrors).toEqual([]);
  await graph.settle();
  return payload;
}

function place(city: string, region: string, timeZone: string, latitude: number, longitude: number, fromHours: number) {
  const at = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
  const window = { windowStart: at(fromHours), windowEnd: at(fromHours + 8) };
  return { city, region, country: 'US', timeZone, location: { latitude, longitude }, ...window };
}

async function book(key: string): Promise<string> {
  const { shipment } = await run<{ shipment: { id: string }; userErrors: [] }>(
    'customer',
    'createShipment',
    'CreateShipmentInput',
    'shipment { id }',
    {
      idempotencyKey: `figures-${key}`,
      equipment: 'DRY_VAN',
      book: true,
      stops: [
        place('Chicago', 'IL', 'America/Chicago', 41.85, -87.65, 24),
        place('Detroit', 'MI', 'America/Detroit', 42.33, -83.05, 48),
      ],
      items: [
        {
          description: 'Pallets of paper',
          commodity: 'Paper',
          quantity: 4,
          weightKg: 900,
          volumeM3: 6,
          value: { amount: '2500.00', currency: 'USD' },
        },
      ],
    },
  );
  return shipment.id;
}

/** Assigns a booked shipment to the recommended driver and takes it to its destination. */
async function carry(shipmentId: string): Promise<void> {
  await run('dispatcher', 'assignBest', 'AssignBestInput', 'results { driver { id } }', { shipmentIds: [shipmentId] });
  for (const to of ['PICKED_UP', 'IN_TRANSIT', 'OUT_FOR_DELIVERY', 'DELIVERED']) {
    await run('dispatcher', 'advanceShipment', 'AdvanceShipmentInput', 'shipment { status }', {
      shipmentId,
      to,
      ...(to === 'DELIVERED' && { proofOfDelivery: { recipientName: 'R. Dock', signatureReference: 'SIG-1' } }),
    });
  }
}

async function executive(): Promise<ExecutiveFigures> {
  const { data, errors } = await graph.ask<{ executive: ExecutiveFigures }>('analyst', executiveQuery, {
    range,
  });
  expect(errors).toEqual([]);
  return data!.executive;
}

async function expectFiguresToAgree(): Promise<ExecutiveFigures> {
  const view = await executive();
  const records = await readRecords(graph);
  const { from, until } = range;
  const counted = countRecords(records, from, until);
  expect({
    revenue: view.revenue.total.amount,
    invoices: view.revenue.invoices,
    collected: view.revenue.collected.amount,
    created: view.operations.shipmentsCreated,
    delivered: view.operations.shipmentsDelivered,
    cancelled: view.operations.shipmentsCancelled,
    activeDriverDays: view.operations.driverUtilization.activeDriverDays,
    busyDriverDays: view.operations.driverUtilization.busyDriverDays,
    ratings: view.satisfaction.ratings,
    promoters: view.satisfaction.promoters,
    detractors: view.satisfaction.detractors,
    drivers: view.growth.drivers.total,
    customers: view.growth.customers.total,
  }).toEqual(counted.exact);
  expect(view.operations.onTimeRate).toBeCloseTo(counted.onTimeRate);
  expect(view.operations.meanDeliverySeconds).toBeCloseTo(counted.meanDeliverySeconds);
  expect(view.satisfaction.meanStars).toBeCloseTo(counted.meanStars);
  return view;
}

describe('figures agree with the records', () => {
  test('as they were seeded', async () => {
    const view = await expectFiguresToAgree();
    expect(view.operations.shipmentsDelivered).toBeGreaterThan(200);
    expect(view.operations.driverUtilization.busyDriverDays).toBeGreaterThan(100);
  }, 60_000);

  test('after a shipment was booked, carried, rated and paid, and another one cancelled', async () => {
    const before = await executive();
    const shipmentId = await book('carried');
    await carry(shipmentId);
    const givenUp = await book('cancelled');
    await run('customer', 'cancelShipment', 'CancelShipmentInput', 'shipment { status }', {
      shipmentId: givenUp,
      reason: 'Sold',
    });
    await run('customer', 'rateShipment', 'RateShipmentInput', 'rating { stars }', { shipmentId, stars: 5 });
    const { data } = await graph.ask<{ shipment: { invoice: { id: string; amount: { amount: string } } } }>(
      'analyst',
      'query($id: ID!) { shipment(id: $id) { invoice { id amount { amount } } } }',
      { id: shipmentId },
    );
    const { id: invoiceId, amount } = data!.shipment.invoice;
    await run('admin', 'recordPayment', 'RecordPaymentInput', 'payment { id }', {
      invoiceId,
      amount: { amount: '100.00', currency: 'USD' },
      method: 'WIRE',
      reference: 'FIGURES-1',
      idempotencyKey: 'figures-payment-1',
    });

    const after = await expectFiguresToAgree();
    const more = (read: (view: ExecutiveFigures) => number | string) => Number(read(after)) - Number(read(before));
    expect(more((view) => view.operations.shipmentsCreated)).toBe(2);
    expect(more((view) => view.operations.shipmentsDelivered)).toBe(1);
    expect(more((view) => view.operations.shipmentsCancelled)).toBe(1);
    expect(more((view) => view.satisfaction.promoters)).toBe(1);
    expect(more((view) => view.revenue.total.amount)).toBeCloseTo(Number(amount.amount));
    expect(more((view) => view.revenue.collected.amount)).toBeCloseTo(100);
    expect(more((view) => view.efficiency.cost.amount)).toBeGreaterThan(0);
  }, 60_000);
});
