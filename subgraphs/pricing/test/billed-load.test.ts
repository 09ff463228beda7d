import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { EventName, EventPayload } from '#shared/events/topics.ts';
import { newId } from '#shared/ids.ts';
import { somebody, startTestSubgraph, type TestSubgraph } from '#shared/test/harness.ts';
import { runs } from '#shared/test/random.ts';
import type { PricingContext } from '../context.ts';
import { pricing } from '../subgraph.ts';

const at = '2026-03-10T12:00:00.000Z';
const organizationId = newId();
const customer = somebody(['CUSTOMER'], { organizationId });

let graph: TestSubgraph<PricingContext>;
beforeAll(async () => {
  graph = await startTestSubgraph(pricing, { clock: () => new Date(at) });
});
afterAll(() => graph.close());

/** What the price of a shipment depends on. */
type Load = Pick<EventPayload<'shipment.created'>, 'equipment' | 'distanceMeters' | 'volumeM3'>;
type Step = { readonly kind: 'change'; readonly load: Load } | { readonly kind: 'quote' | 'accept' };

const loads: fc.Arbitrary<Load> = fc.record({
  equipment: fc.constantFrom('DRY_VAN' as const, 'REEFER' as const),
  distanceMeters: fc.constantFrom(40_000, 900_000, 3_362_000),
  volumeM3: fc.constantFrom(10, 20),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    loads.map((load): Step => ({ kind: 'change', load })),
    fc.constantFrom<Step>({ kind: 'quote' }, { kind: 'accept' }),
  ),
  { maxLength: 8 },
);

/** Delivers an event through the queue, as another subgraph would send it. */
async function receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void> {
  const { jobs, database } = graph.services;
  await database.fork().transactional((em) => jobs.emit(em, name, payload));
  await jobs.drain();
}

function factsOf(shipmentId: string, version: number, load: Load): EventPayload<'shipment.created'> {
  const place = {
    hubCode: null,
    city: 'Chicago',
    region: 'IL',
    country: 'US',
    latitude: 41.9,
    longitude: -87.6,
    timeZone: 'America/Chicago',
  };
  return {
    shipmentId,
    reference: `IF-${shipmentId}`,
    organizationId,
    createdByAccountId: customer.accountId,
    weightKg: 1_000,
    valueCents: 100_000,
    currency: 'USD',
    origin: place,
    destination: place,
    pickupFrom: at,
    deliverBy: at,
    createdAt: at,
    version,
    ...load,
  };
}

async function mutate(mutation: string, input: string): Promise<string | undefined> {
  const { data, errors } = await graph.ask<{ done: { quote: { id: string } | null } }>(
    customer,
    `mutation { done: ${mutation}(input: { ${input} }) { quote { id } userErrors { code } } }`,
  );
  expect(errors).toEqual([]);
  return data?.done.quote?.id;
}

async function deliver(shipmentId: string): Promise<void> {
  const step = { shipmentId, organizationId, driverId: null, vehicleId: null, at };
  const times = { onTime: true, deliverBy: at, pickedUpAt: at, createdAt: at, distanceMeters: 1 };
  await receive('shipment.delivered', { ...step, ...times });
}

/** The version of the shipment whose quote is billed; undefined if the price of the day is. */
async function billedVersion(shipmentId: string): Promise<number | undefined> {
  const { data } = await graph.ask<{ _entities: [{ invoice: { quote: { shipmentVersion: number } | null } }] }>(
    customer,
    'query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { invoice { quote { shipmentVersion } } } } }',
    { r: [{ __typename: 'Shipment', id: shipmentId }] },
  );
  return data?._entities[0].invoice.quote?.shipmentVersion;
}

describe('a quote', () => {
  test('is always of the load that it is billed for, in whatever order loads change and quotes are accepted', async () => {
    let billed = 0;
    await fc.assert(
      fc.asyncProperty(loads, steps, async (first, later) => {
        const shipmentId = newId();
        const versions: Load[] = [first];
        await receive('shipment.created', factsOf(shipmentId, 0, first));
        let quoteId: string | undefined;
        for (const step of later) {
          if (step.kind === 'change') {
            versions.push(step.load);
            await receive('shipment.changed', factsOf(shipmentId, versions.length - 1, step.load));
          } else if (step.kind === 'quote') {
            quoteId =
              (await mutate('requestQuote', `shipmentId: "${shipmentId}", idempotencyKey: "${newId()}"`)) ?? quoteId;
          } else if (quoteId !== undefined) await mutate('acceptQuote', `quoteId: "${quoteId}"`);
        }
        await deliver(shipmentId);
        const version = await billedVersion(shipmentId);
        if (version === undefined) return;
        billed += 1;
        expect(versions[version]).toEqual(versions.at(-1));
      }),
      { numRuns: runs(25) },
    );
    expect(billed).toBeGreaterThan(0);
  });
});
