import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#shared/ids.ts';
import { moneyOf } from '#shared/input/money.ts';
import { runs } from '#shared/test/random.ts';
import { computePrice } from '../domain/price.ts';
import { currency } from '../store/quotes.ts';
import { customer, openScene, type Pricing, type ShipmentFacts, shipmentFacts } from './scene.ts';

let scene: Pricing;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

/** What the price of a shipment depends on, beside customer and market. */
type Load = Pick<ShipmentFacts, 'equipment' | 'distanceMeters' | 'volumeM3'>;
type Act = 'quote' | 'accept';

const load: fc.Arbitrary<Load> = fc.record({
  equipment: fc.constantFrom('DRY_VAN' as const, 'REEFER' as const),
  distanceMeters: fc.constantFrom(40_000, 900_000, 3_362_000),
  volumeM3: fc.constantFrom(0.01, 20),
});

const acts = fc.constantFrom<readonly Act[]>([], ['quote'], ['accept'], ['quote', 'accept']);

/**
 * The versions of a shipment, how their events reach pricing (each at least once, in any order, also after the delivery), and what
 * the customer does after each event.
 */
const histories = fc.array(load, { minLength: 1, maxLength: 4 }).chain((versions) => {
  const numbers = versions.map((_load, version) => version);
  const inAnyOrder = fc
    .array(fc.constantFrom(...numbers), { maxLength: 3 })
    .chain((repeated) =>
      fc.shuffledSubarray([...numbers, ...repeated], { minLength: numbers.length + repeated.length }),
    );
  return fc.record({
    versions: fc.constant(versions),
    arrivals: inAnyOrder.chain((order) =>
      fc.tuple(...order.map((version) => fc.record({ version: fc.constant(version), acts }))),
    ),
    afterDelivery: fc.shuffledSubarray(numbers),
  });
});

/** What a load costs a customer without a discount, in a market without observations. */
function amountOf(of: Load): string {
  const neutral = { tier: 'FREE', demand: null, competitor: null, cost: null } as const;
  return moneyOf(computePrice({ ...of, ...neutral }).priceCents, currency).amount;
}

test('the invoice is of the last load, however late, often and out of order events arrive', async () => {
  const billed = { quote: 0, priceOfTheDay: 0 };
  await fc.assert(
    fc.asyncProperty(histories, async ({ versions, arrivals, afterDelivery }) => {
      const shipmentId = newId();
      const arrive = (version: number) =>
        scene.receive(
          version === 0 ? 'shipment.created' : 'shipment.changed',
          shipmentFacts(shipmentId, { version, ...versions[version] }),
        );
      let quoteId: string | undefined;
      const act = async (what: Act) => {
        if (what === 'quote') quoteId = (await scene.requestQuote(customer, shipmentId)).quote?.id ?? quoteId;
        else if (quoteId !== undefined) await scene.acceptQuote(customer, quoteId);
      };

      for (const { version, acts } of arrivals) {
        await arrive(version);
        for (const what of acts) await act(what);
      }
      for (let times = 0; times < 2; times++) await scene.deliver(shipmentId);
      for (const version of afterDelivery) await arrive(version);

      const invoice = await scene.invoiceOf(customer, shipmentId);
      billed[invoice?.quote ? 'quote' : 'priceOfTheDay'] += 1;
      expect(invoice?.amount.amount).toBe(amountOf(versions.at(-1)!));
    }),
    { numRuns: runs(25) },
  );
  expect(Math.min(billed.quote, billed.priceOfTheDay)).toBeGreaterThan(0);
});
