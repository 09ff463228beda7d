import { beforeAll, describe, expect, test } from '@jest/globals';
import { greatCircleMeters, type Point } from '#shared/geo/sphere.ts';
import { baseRateCents } from '../../../subgraphs/pricing/domain/rates.ts';
import type { DemoAccount, TestGraph } from '../graph.ts';

/** A shipment has one road distance: price, plan, arrival and invoice use the same metres. */
let graph: TestGraph;

async function ask<T>(as: DemoAccount, query: string, variables: Record<string, unknown>): Promise<T> {
  const { data, errors } = await graph.ask<T>(as, query, variables);
  expect(errors).toEqual([]);
  return data!;
}

/** Runs one mutation, whose payload is aliased as `done`. */
async function change<T>(as: DemoAccount, mutation: string, type: string, input: object, fields: string): Promise<T> {
  const query = `mutation($input: ${type}!) { done: ${mutation}(input: $input) { ${fields} userErrors { code message } } }`;
  const { done } = await ask<{ done: T & { userErrors: object[] } }>(as, query, { input });
  expect({ mutation, userErrors: done.userErrors }).toEqual({ mutation, userErrors: [] });
  return done;
}

/** Like `change`, and waits for the events that follow. */
async function changeSettled<T>(...mutation: Parameters<typeof change>): Promise<T> {
  const done = await change<T>(...mutation);
  await graph.settle();
  return done;
}

const hour = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hour).toISOString();

interface City {
  readonly city: string;
  readonly region: string;
  readonly country: string;
  readonly timeZone: string;
  readonly location: { readonly latitude: number; readonly longitude: number };
}
const city = (name: string, region: string, country: string, latitude: number, longitude: number): City => {
  return { city: name, region, country, timeZone: 'America/Chicago', location: { latitude, longitude } };
};
const chicago = city('Chicago', 'IL', 'US', 41.85, -87.65);
const dallas = city('Dallas', 'TX', 'US', 32.7767, -96.797);
const houston = city('Houston', 'TX', 'US', 29.7604, -95.3698);
const monterrey = city('Monterrey', 'NL', 'MX', 25.6866, -100.3161);

const stopsIn = (cities: readonly City[]) =>
  cities.map((place, index) => ({
    ...place,
    contactName: `${place.city} dock`,
    windowStart: inHours(72 + 24 * index),
    windowEnd: inHours(80 + 24 * index),
  }));

interface Drafted {
  readonly shipment: { readonly id: string; readonly version: number; readonly distanceMeters: number };
}

function createShipment(key: string, book: boolean, cities: readonly City[]): Promise<Drafted> {
  const value = { amount: '2500.00', currency: 'USD' };
  const paper = { description: 'Paper', commodity: 'Paper', quantity: 4, weightKg: 900, volumeM3: 6, value };
  const input = { idempotencyKey: key, equipment: 'DRY_VAN', book, stops: stopsIn(cities), items: [paper] };
  return change('customer', 'createShipment', 'CreateShipmentInput', input, 'shipment { id version distanceMeters }');
}

interface Amount {
  readonly amount: string;
}
interface Quoted {
  readonly quote: { readonly id: string; readonly baseRate: Amount; readonly price: Amount };
}

const requestQuote = (shipmentId: string, shipmentVersion: number): Promise<Quoted> =>
  change(
    'customer',
    'requestQuote',
    'RequestQuoteInput',
    { shipmentId, shipmentVersion, idempotencyKey: `distance-${shipmentId.slice(-12)}` },
    'quote { id baseRate { amount } price { amount } }',
  );

/** The base price for a road of this length, before any factor. */
const rateFor = (meters: number) => (baseRateCents('DRY_VAN', meters) / 100).toFixed(2);

interface Plan {
  readonly shipment: {
    readonly distanceMeters: number;
    readonly route: {
      readonly distanceMeters: number;
      readonly stops: readonly { readonly legDistanceMeters: number | null }[];
    };
    readonly eta: { readonly remainingMeters: number | null };
    readonly invoice: { readonly amount: Amount } | null;
  };
}

const plan = (id: string) =>
  ask<Plan>(
    'dispatcher',
    `query($id: ID!) { shipment(id: $id) {
      distanceMeters route { distanceMeters stops { legDistanceMeters } } eta { remainingMeters } invoice { amount { amount } }
    } }`,
    { id },
  );

const sumOfLegs = ({ shipment }: Plan) =>
  shipment.route.stops.reduce((sum, { legDistanceMeters }) => sum + (legDistanceMeters ?? 0), 0);

export function roadDistance(given: () => TestGraph): void {
  beforeAll(() => {
    graph = given();
  });

  describe('a shipment across the border', () => {
    let shipmentId: string;
    let meters: number;
    let quote: Quoted['quote'];

    test('is quoted for its current stops, and estimated for the same road', async () => {
      const { shipment: draft } = await createShipment('distance-border', false, [chicago, dallas]);
      const stops = stopsIn([dallas, monterrey]);
      const input = { shipmentId: draft.id, expectedVersion: draft.version, stops };
      const fields = 'shipment { id version distanceMeters }';
      const { shipment } = await change<Drafted>('customer', 'updateShipment', 'UpdateShipmentInput', input, fields);
      shipmentId = shipment.id;
      meters = shipment.distanceMeters;
      expect(meters).not.toBe(draft.distanceMeters);

      ({ quote } = await requestQuote(shipmentId, shipment.version));
      expect(quote.baseRate.amount).toBe(rateFor(meters));
      const { priceEstimate } = await ask<{ priceEstimate: { baseRate: Amount } }>(
        'customer',
        'query($input: PriceEstimateInput!) { priceEstimate(input: $input) { baseRate { amount } } }',
        {
          input: {
            equipment: 'DRY_VAN',
            volumeM3: 6,
            origin: dallas.location,
            destination: monterrey.location,
            destinationCountry: 'MX',
          },
        },
      );
      expect(priceEstimate.baseRate).toEqual(quote.baseRate);
    });

    test('would be booked for the price of the quote, as a dry run shows', async () => {
      const fields = 'shipment { status quote { price { amount } } }';
      const { shipment } = await change<{
        shipment: { status: string; quote: { price: Amount } };
      }>('customer', 'bookShipment', 'BookShipmentInput', { shipmentId, dryRun: true }, fields);
      expect(shipment).toMatchObject({ status: 'BOOKED', quote: { price: { amount: quote.price.amount } } });
    });

    test('has a plan and an arrival over the metres of the quote', async () => {
      await change('customer', 'acceptQuote', 'AcceptQuoteInput', { quoteId: quote.id }, 'quote { status }');
      await changeSettled('customer', 'bookShipment', 'BookShipmentInput', { shipmentId }, 'shipment { status }');
      const assignment = { shipmentIds: [shipmentId], idempotencyKey: 'distances-assign' };
      const { results } = await changeSettled<{ results: { vehicle: { id: string } }[] }>(
        'dispatcher',
        'assignBest',
        'AssignBestInput',
        assignment,
        'results { vehicle { id } }',
      );
      const vehicleId = results[0]!.vehicle.id;
      await advance('PICKED_UP');
      const { vehicle } = await ask<{ vehicle: { position: { location: Point } } }>(
        'dispatcher',
        'query($id: ID!) { vehicle(id: $id) { position { location { latitude longitude } } } }',
        { id: vehicleId },
      );
      const { location } = vehicle.position;
      const position = { vehicleId, recordedAt: inHours(0), location, accuracyMeters: 5 };
      await changeSettled(
        'dispatcher',
        'reportPositions',
        'ReportPositionsInput',
        { positions: [position] },
        'acceptedCount',
      );
      await advance('IN_TRANSIT');

      const planned = await plan(shipmentId);
      expect(planned.shipment.distanceMeters).toBe(meters);
      expect(planned.shipment.route.distanceMeters).toBe(meters);
      expect(sumOfLegs(planned)).toBe(meters);
      // From where the vehicle is, with the road factor of the plan.
      const share =
        greatCircleMeters(location, monterrey.location) / greatCircleMeters(dallas.location, monterrey.location);
      expect(planned.shipment.eta.remainingMeters).toBeCloseTo(meters * share, 0);
    });

    test('is invoiced at the price of that quote', async () => {
      await advance('OUT_FOR_DELIVERY');
      const proofOfDelivery = { recipientName: 'R. Dock', signatureReference: 'SIG-78' };
      await advance('DELIVERED', { proofOfDelivery });
      expect((await plan(shipmentId)).shipment.invoice).toEqual({ amount: quote.price });
    });

    const advance = (to: string, more: object = {}) =>
      changeSettled(
        'dispatcher',
        'advanceShipment',
        'AdvanceShipmentInput',
        { shipmentId, to, ...more },
        'shipment { id }',
      );
  });

  test('a shipment with a stop on the way is quoted and planned over all its legs', async () => {
    const { shipment } = await createShipment('distance-via', true, [dallas, houston, monterrey]);
    const { quote } = await requestQuote(shipment.id, shipment.version);
    await graph.settle();
    const planned = await plan(shipment.id);
    expect(quote.baseRate.amount).toBe(rateFor(shipment.distanceMeters));
    expect(planned.shipment.route.distanceMeters).toBe(shipment.distanceMeters);
    expect(sumOfLegs(planned)).toBe(shipment.distanceMeters);
  });
}
