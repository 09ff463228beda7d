import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { demoCredentials } from '../../../demo/accounts.ts';
import { clientDocument } from '../../../gateway/testing/client-documents.ts';
import type { DemoAccount, TestGraph } from '../graph.ts';
import { createUsers, type User, type Users } from '../users.ts';
import type { Watch } from '../watch.ts';

/**
 * The whole life of a shipment through the client documents of customers, dispatchers, drivers and staff: priced, booked,
 * assessed, assigned, carried, delivered, billed, paid, rated. The leaderboard and the company's figures show it.
 */
let graph: TestGraph;
let users: Users;
const people = new Map<DemoAccount, User>();

/** The demo account of a client document, or another one. */
function userOf(name: string, by: DemoAccount = clientDocument(name).as): User {
  const user = people.get(by) ?? users.signIn(demoCredentials(by));
  people.set(by, user);
  return user;
}

const tryTo = <T>(name: string, input: object, by?: DemoAccount) => userOf(name, by).tryTo<T>(name, input);
const run = <T>(name: string, input: object, by?: DemoAccount) => userOf(name, by).run<T>(name, input);
const read = <T>(name: string, variables: object) => userOf(name).read<T>(name, variables);
const subscribe = <T>(name: string, variables: Record<string, unknown>, by?: DemoAccount) =>
  userOf(name, by).watch<T>(name, variables);

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();
const chicago = { latitude: 41.85, longitude: -87.65 };
const detroit = { latitude: 42.33, longitude: -83.05 };

export function shipmentInput(key: string, book: boolean) {
  const stop = (city: string, region: string, timeZone: string, location: object, fromHours: number) => ({
    city,
    region,
    country: 'US',
    timeZone,
    location,
    contactName: `${city} dock`,
    windowStart: inHours(fromHours),
    windowEnd: inHours(fromHours + 8),
  });
  return {
    idempotencyKey: `workflow-${key}`,
    equipment: 'DRY_VAN',
    book,
    stops: [
      stop('Chicago', 'IL', 'America/Chicago', chicago, 24),
      stop('Detroit', 'MI', 'America/Detroit', detroit, 48),
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
  };
}

interface Recommended {
  readonly shipment: { readonly risk: { readonly decision: string } | null };
  readonly recommendations: {
    readonly recommendations: readonly {
      readonly driver: { readonly id: string };
      readonly vehicle: { readonly id: string };
    }[];
  };
}

interface Executive {
  readonly executive: {
    readonly operations: { readonly shipmentsDelivered: number };
    readonly revenue: { readonly total: { readonly amount: string }; readonly collected: { readonly amount: string } };
    readonly satisfaction: { readonly ratings: number };
  };
}

const day = (time: number) => new Date(time).toISOString().slice(0, 10);
const range = { from: day(Date.now() - 24 * hour), until: day(Date.now() + 24 * hour) };

interface DriverScore {
  readonly driver: { readonly allTime: { readonly points: number; readonly deliveries: number } };
}

export function wholeLife(given: () => TestGraph): void {
  beforeAll(() => {
    graph = given();
    users = createUsers(graph);
  });
  afterAll(() => users.close());

  describe('a shipment', () => {
    let shipmentId: string;
    let driverId: string;
    let vehicleId: string;
    let price: { readonly amount: string };
    let invoiceId: string;
    let executiveBefore: Executive['executive'];
    let scoreBefore: DriverScore['driver']['allTime'];
    type Update = {
      shipmentUpdated: {
        status: string;
        driver: { id: string; name: string } | null;
        vehicle: { plate: string } | null;
        invoice: { number: string; status: string } | null;
      };
    };
    let updates: Watch<Update>;

    test('is drafted by a customer, priced, and the price accepted', async () => {
      ({ executive: executiveBefore } = await read<Executive>('ExecutiveDashboard', { range }));
      const { shipment } = await run<{ shipment: { id: string; status: string } }>(
        'CreateShipment',
        shipmentInput('life', false),
        'customer',
      );
      expect(shipment.status).toBe('DRAFT');
      shipmentId = shipment.id;
      const requested = await run<{ quote: { id: string; price: { amount: string }; factors: { kind: string }[] } }>(
        'RequestQuote',
        { shipmentId, idempotencyKey: 'workflow-quote' },
        'customer',
      );
      price = requested.quote.price;
      expect(requested.quote.factors.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['DEMAND', 'TIER']));
      const accepted = await run<{ quote: { status: string } }>(
        'AcceptQuote',
        { quoteId: requested.quote.id },
        'customer',
      );
      expect(accepted.quote.status).toBe('ACCEPTED');
    });

    test('is watched by its customer, whose first message is the current state', async () => {
      updates = await subscribe<Update>('WatchShipment', { id: shipmentId });
      const { shipmentUpdated } = await updates.next(() => true);
      expect(shipmentUpdated).toMatchObject({ status: 'DRAFT', driver: null, invoice: null });
    });

    test('is booked and assessed, and can be assigned only afterwards', async () => {
      await run('BookShipment', { shipmentId }, 'customer');
      expect(await updates.next(({ shipmentUpdated }) => shipmentUpdated.status === 'BOOKED')).toBeDefined();
      await graph.settle(); // its risk is assessed
      const desk = await read<Recommended>('AssignmentDesk', { bookedShipmentId: shipmentId });
      expect(desk.shipment.risk?.decision).toBe('ALLOW');
      const [best] = desk.recommendations.recommendations;
      driverId = best!.driver.id;
      vehicleId = best!.vehicle.id;
      ({ allTime: scoreBefore } = (await read<DriverScore>('DriverProfile', { driverId })).driver);
    });

    test('is assigned to one driver although two dispatchers assign at once', async () => {
      const rival = await run<{ shipment: { id: string } }>('CreateShipment', shipmentInput('rival', true));
      await graph.settle(); // its risk is assessed
      const assign = (id: string) =>
        tryTo<{ assignment: object | null }>('AssignShipment', { shipmentId: id, driverId, vehicleId });
      const payloads = await Promise.all([assign(shipmentId), assign(rival.shipment.id)]);
      await graph.settle();
      const codes = payloads.map(({ userErrors }) => userErrors.map(({ code }) => code));
      expect(codes.toSorted()).toEqual([[], ['DOUBLE_BOOKED']]);
      if (codes[0]?.length) {
        // The rival won, so it releases the driver.
        await run('UnassignShipment', { shipmentId: rival.shipment.id, reason: 'Mistaken' });
        await run('AssignShipment', { shipmentId, driverId, vehicleId });
      }
      const { shipmentUpdated } = await updates.next(({ shipmentUpdated: { status } }) => status === 'ASSIGNED');
      expect(shipmentUpdated.driver?.id).toBe(driverId);
      expect(shipmentUpdated.driver?.name).toEqual(expect.any(String));
      expect(shipmentUpdated.vehicle?.plate).toEqual(expect.any(String));
    });

    test('is picked up, and its positions reach the map and the shipment', async () => {
      await advance('PICKED_UP');
      type Move = { vehicleMoved: { vehicle: { id: string; plate: string }; position: { location: object } } };
      const moves = await subscribe<Move>('WatchVehicles', { ids: [vehicleId] }, 'dispatcher');
      const { data: parked } = await graph.ask<{ vehicle: { position: { location: typeof chicago } | null } }>(
        'dispatcher',
        'query($id: ID!) { vehicle(id: $id) { position { location { latitude longitude } } } }',
        { id: vehicleId },
      );
      const from = parked?.vehicle.position?.location ?? chicago;
      const positions = [from, { ...from, latitude: from.latitude + 0.001 }].map((location, index) => ({
        vehicleId,
        recordedAt: new Date(Date.now() + index).toISOString(),
        location,
        accuracyMeters: 5,
        speedMetersPerSecond: 24,
      }));
      const { data } = await graph.ask('dispatcher', clientDocument('ReportPositions').text, { input: { positions } });
      expect(data).toMatchObject({ reportPositions: { acceptedCount: 2, refused: [], userErrors: [] } });
      const last = positions[1]!.location;
      const fits = ({ vehicleMoved: { position } }: Move) => JSON.stringify(position.location) === JSON.stringify(last);
      const { vehicleMoved } = await moves.next(fits);
      expect(vehicleMoved.vehicle).toEqual({ id: vehicleId, plate: expect.any(String) });

      await advance('IN_TRANSIT');
      const { shipment } = await read<{ shipment: { position: { location: object }; eta: { status: string } } }>(
        'ShipmentDetail',
        { shipmentId },
      );
      expect(shipment).toMatchObject({ position: { location: last }, eta: { status: 'ESTIMATED' } });
    });

    test('is delivered with proof, gives its driver points and is billed as agreed', async () => {
      type Board = { leaderboardChanged: { entry: { points: number; driver: { id: string; name: string } } | null } };
      const board = await subscribe<Board>('WatchLeaderboard', { period: 'ALL_TIME' });
      await board.next(() => true);
      await advance('OUT_FOR_DELIVERY');
      await advance('DELIVERED', { proofOfDelivery: { recipientName: 'R. Dock', signatureReference: 'SIG-77' } });

      const changed = await board.next(({ leaderboardChanged }) => leaderboardChanged.entry?.driver.id === driverId);
      expect(changed.leaderboardChanged.entry?.points).toBeGreaterThan(scoreBefore.points);
      expect(changed.leaderboardChanged.entry?.driver.name).toEqual(expect.any(String));
      const { shipmentUpdated } = await updates.next(({ shipmentUpdated: { status } }) => status === 'DELIVERED');
      expect(shipmentUpdated.driver?.id).toBe(driverId);

      const { shipment } = await read<{ shipment: Record<string, unknown> }>('ShipmentDetail', { shipmentId });
      expect(shipment).toMatchObject({
        status: 'DELIVERED',
        proofOfDelivery: { recipientName: 'R. Dock' },
        invoice: { status: 'OPEN', amount: price },
        assignment: { state: 'COMPLETED', onTime: true },
      });
    });

    test('is paid in two parts', async () => {
      const { data } = await graph.ask<{ shipment: { invoice: { id: string } } }>(
        'customer',
        'query($id: ID!) { shipment(id: $id) { invoice { id } } }',
        { id: shipmentId },
      );
      invoiceId = data!.shipment.invoice.id;
      const rest = (Number(price.amount) - 100).toFixed(2);
      for (const [amount, status] of [
        ['100.00', 'PARTIALLY_PAID'],
        [rest, 'PAID'],
      ] as const) {
        const { invoice } = await run<{ invoice: { status: string } }>('RecordPayment', {
          invoiceId,
          amount: { amount, currency: 'USD' },
          method: 'WIRE',
          reference: `WORKFLOW-${amount}`,
          idempotencyKey: `workflow-payment-${amount}`,
        });
        expect(invoice.status).toBe(status);
      }
    });

    test('is rated, once, with five stars', async () => {
      const { allTime: earlier } = (await read<DriverScore>('DriverProfile', { driverId })).driver;
      const rating = { shipmentId, stars: 5, comment: 'On the minute' };
      expect(await run('RateShipment', rating)).toMatchObject({ rating: { stars: 5, comment: 'On the minute' } });
      const { userErrors } = await tryTo('RateShipment', { ...rating, stars: 1 });
      expect(userErrors.map(({ code }) => code)).toEqual(['ALREADY_RATED']);
      await graph.settle();
      const { allTime } = (await read<DriverScore>('DriverProfile', { driverId })).driver;
      expect(allTime.points).toBe(earlier.points + 25);
    });

    test('counts for the driver and for the company', async () => {
      const { allTime } = (await read<DriverScore>('DriverProfile', { driverId })).driver;
      expect(allTime.deliveries).toBe(scoreBefore.deliveries + 1);
      const { executive } = await read<Executive>('ExecutiveDashboard', { range });
      expect(executive.satisfaction.ratings).toBe(executiveBefore.satisfaction.ratings + 1);
      expect(executive.operations.shipmentsDelivered).toBe(executiveBefore.operations.shipmentsDelivered + 1);
      const more = (read: (revenue: Executive['executive']['revenue']) => { amount: string }) =>
        Number(read(executive.revenue).amount) - Number(read(executiveBefore.revenue).amount);
      expect(more(({ total }) => total)).toBeCloseTo(Number(price.amount));
      expect(more(({ collected }) => collected)).toBeCloseTo(Number(price.amount));
    });

    async function advance(to: string, more: object = {}): Promise<void> {
      const { text } = clientDocument('AdvanceShipment');
      const { data } = await graph.ask('dispatcher', text, { input: { shipmentId, to, ...more } });
      expect(data).toMatchObject({ advanceShipment: { shipment: { status: to }, userErrors: [] } });
      await graph.settle();
    }
  });
}
