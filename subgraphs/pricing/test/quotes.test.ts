import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import {
  admin,
  customer,
  inDays,
  openScene,
  organizationId,
  type Pricing,
  type QuotePayload,
  quoteFields,
  type ShipmentFacts,
  start,
  stranger,
} from './scene.ts';

let now = start;
beforeEach(() => {
  now = start;
});
let scene: Pricing;
beforeAll(async () => {
  scene = await openScene(() => now);
});
afterAll(() => scene.close());

describe('a quote', () => {
  test('shows the price and every factor of it', async () => {
    const { quote } = await scene.requestQuote(customer, await scene.knownShipment());
    expect(quote).toMatchObject({ status: 'OFFERED', price: { amount: '883.50', currency: 'USD' } });
    expect(quote?.factors.map((factor) => factor.kind)).toEqual(['DEMAND', 'COMPETITOR', 'COST', 'TIER', 'VOLUME']);
  });

  test('includes the discount of the tier and the newest market observation', async () => {
    await scene.receive('organization.changed', {
      organizationId,
      name: 'Acme',
      tier: 'ENTERPRISE',
      createdAt: start.toISOString(),
    });
    const observed = await scene.ask(
      admin,
      `mutation { recordMarketObservation(input: { kind: COMPETITOR, equipment: TANKER, ratio: 1.4, source: "survey" }) { observation { id } userErrors { code } } }`,
    );
    expect(observed.data).toMatchObject({ recordMarketObservation: { userErrors: [] } });
    const { quote } = await scene.requestQuote(customer, await scene.knownShipment({ equipment: 'TANKER' }));
    expect(quote?.factors).toMatchObject([
      { value: 1 },
      { kind: 'COMPETITOR', value: 1.1 },
      { value: 1 },
      { kind: 'TIER', value: 0.85 },
      { value: 0.95 },
    ]);
    await scene.receive('organization.changed', {
      organizationId,
      name: 'Acme',
      tier: 'FREE',
      createdAt: start.toISOString(),
    });
  });

  test('is the same for the same key, even in two requests at once', async () => {
    const shipmentId = await scene.knownShipment();
    const key = newId();
    const [first, second] = await Promise.all([
      scene.requestQuote(customer, shipmentId, key),
      scene.requestQuote(customer, shipmentId, key),
    ]);
    expect(first.quote?.id).toBe(second.quote?.id);
    const reused = await scene.requestQuote(customer, await scene.knownShipment(), key);
    expect(reused.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }]);
  });

  test('is refused for an unknown shipment, a shipment of another organization, a cancelled shipment, and a bad key', async () => {
    const shipmentId = await scene.knownShipment();
    for (const id of ['x', newId()])
      expect((await scene.requestQuote(customer, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await scene.requestQuote(stranger, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await scene.requestQuote(customer, shipmentId, 'short')).userErrors).toMatchObject([
      { code: 'INVALID_INPUT' },
    ]);
    expect((await scene.requestQuote(customer, shipmentId, 'nul\u0000nul\u0000')).userErrors).toMatchObject([
      { code: 'INVALID_INPUT' },
    ]);
    await scene.receive('shipment.cancelled', {
      shipmentId,
      organizationId,
      driverId: null,
      vehicleId: null,
      at: start.toISOString(),
      reason: 'customer',
    });
    expect((await scene.requestQuote(customer, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_QUOTABLE' }]);
  });

  test('can be accepted until it expires, which withdraws the other offers', async () => {
    const shipmentId = await scene.knownShipment();
    const [one, other] = [
      await scene.requestQuote(customer, shipmentId),
      await scene.requestQuote(customer, shipmentId),
    ];
    expect((await scene.acceptQuote(customer, one.quote!.id)).quote?.status).toBe('ACCEPTED');
    expect((await scene.acceptQuote(customer, one.quote!.id)).userErrors).toMatchObject([{ code: 'ALREADY_ACCEPTED' }]);
    expect(await scene.acceptQuote(customer, other.quote!.id)).toMatchObject({
      quote: { status: 'WITHDRAWN' },
      userErrors: [{ code: 'WITHDRAWN' }],
    });
    expect((await scene.requestQuote(customer, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_QUOTABLE' }]);

    const late = await scene.requestQuote(customer, await scene.knownShipment());
    now = inDays(7);
    expect(await scene.acceptQuote(customer, late.quote!.id)).toMatchObject({
      quote: { status: 'EXPIRED' },
      userErrors: [{ code: 'EXPIRED' }],
    });
    expect((await scene.acceptQuote(stranger, late.quote!.id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test('can be accepted in a dry run, which shows its price and accepts nothing', async () => {
    const shipmentId = await scene.knownShipment();
    const { quote: offered } = await scene.requestQuote(customer, shipmentId);
    const dry = await scene.acceptQuote(customer, offered!.id, { dryRun: true });
    expect(dry).toMatchObject({
      quote: { id: offered!.id, price: offered!.price, status: 'ACCEPTED' },
      userErrors: [],
    });
    expect(await scene.acceptQuote(customer, offered!.id)).toMatchObject({
      quote: { status: 'ACCEPTED' },
      userErrors: [],
    });
    expect(await scene.acceptQuote(customer, offered!.id, { dryRun: true })).toMatchObject({
      userErrors: [{ code: 'ALREADY_ACCEPTED' }],
    });
  });

  test.each<[string, Partial<ShipmentFacts>]>([
    ['the distance', { distanceMeters: 3_362_000 }],
    ['the equipment', { equipment: 'REEFER' }],
    ['the volume', { volumeM3: 11 }],
    ['the load', { loadVersion: 2, weightKg: 19_000 }],
  ])(
    'is withdrawn when %s changes, also after its acceptance, and the new load is priced and billed',
    async (_what, changes) => {
      const shipmentId = await scene.knownShipment({ version: 1 });
      const { quote: accepted } = await scene.requestQuote(customer, shipmentId);
      await scene.acceptQuote(customer, accepted!.id);
      await scene.changeShipment(shipmentId, { version: 2, ...changes });
      expect((await scene.acceptQuote(customer, accepted!.id)).userErrors).toMatchObject([{ code: 'WITHDRAWN' }]);
      const { quote: offered } = await scene.requestQuote(customer, shipmentId);
      expect(offered!.id).not.toBe(accepted!.id);
      await scene.acceptQuote(customer, offered!.id);
      await scene.deliver(shipmentId);
      expect(await scene.invoiceOf(customer, shipmentId)).toMatchObject({ amount: { amount: offered!.price.amount } });
    },
  );

  test('stays when the load stays, and when an older version arrives late', async () => {
    const shipmentId = await scene.knownShipment({ version: 2 });
    const { quote } = await scene.requestQuote(customer, shipmentId);
    await scene.changeShipment(shipmentId, { version: 3, reference: 'IF-2' });
    await scene.changeShipment(shipmentId, { version: 4, loadVersion: 2, distanceMeters: 500_000.4 });
    await scene.changeShipment(shipmentId, { version: 1, distanceMeters: 1 });
    expect(await scene.acceptQuote(customer, quote!.id)).toMatchObject({
      quote: { status: 'ACCEPTED' },
      userErrors: [],
    });
  });

  test('of the present load stays when the change of the load arrives again or late', async () => {
    const shipmentId = await scene.knownShipment({ version: 1 });
    await scene.changeShipment(shipmentId, { version: 3, loadVersion: 2 });
    const { quote } = await scene.requestQuote(customer, shipmentId);
    for (const version of [2, 3]) await scene.changeShipment(shipmentId, { version, loadVersion: 2 });
    expect((await scene.acceptQuote(customer, quote!.id)).userErrors).toEqual([]);
  });

  test('is made and accepted for the version that the caller has seen', async () => {
    const shipmentId = await scene.knownShipment({ version: 2 });
    const ask = async (mutation: 'requestQuote' | 'acceptQuote', input: object) => {
      const type = mutation === 'requestQuote' ? 'RequestQuoteInput' : 'AcceptQuoteInput';
      const { data } = await scene.ask<Record<string, QuotePayload & { quote: { shipmentVersion: number } | null }>>(
        customer,
        `mutation($input: ${type}!) { ${mutation}(input: $input) { quote { id shipmentVersion } userErrors { code field } } }`,
        { input: { idempotencyKey: newId(), ...input } },
      );
      return data![mutation]!;
    };
    const conflict = [{ code: 'CONFLICT', field: ['shipmentVersion'] }];
    expect((await ask('requestQuote', { shipmentId, shipmentVersion: 1 })).userErrors).toEqual(conflict);
    const { quote } = await ask('requestQuote', { shipmentId, shipmentVersion: 2 });
    expect(quote).toMatchObject({ shipmentVersion: 2 });
    const quoteId = quote!.id;
    expect((await ask('acceptQuote', { quoteId, shipmentVersion: 1 })).userErrors).toEqual(conflict);
    // Version 3 came with an assignment, of which pricing is not told.
    expect((await ask('acceptQuote', { quoteId, shipmentVersion: 3 })).userErrors).toEqual([]);
  });

  test('an acceptance and an observation with a key are made once', async () => {
    const shipmentId = await scene.knownShipment();
    const { quote } = await scene.requestQuote(customer, shipmentId);
    const accept = `mutation($input: AcceptQuoteInput!) { acceptQuote(input: $input) { ${quoteFields} } }`;
    const input = { quoteId: quote!.id, idempotencyKey: newId() };
    for (let call = 0; call < 2; call++) {
      const { data } = await scene.ask<{ acceptQuote: QuotePayload }>(customer, accept, { input });
      expect(data?.acceptQuote).toMatchObject({ quote: { status: 'ACCEPTED' }, userErrors: [] });
    }
    const observe =
      'mutation($input: RecordMarketObservationInput!) { recordMarketObservation(input: $input) { observation { id } userErrors { code } } }';
    const seen = { kind: 'COST', equipment: 'TANKER', ratio: 1.1, source: 'survey', idempotencyKey: newId() };
    const [first, second] = await Promise.all([1, 2].map(() => scene.ask(admin, observe, { input: seen })));
    expect(first?.data).toEqual(second?.data);
    const other = await scene.ask(admin, observe, { input: { ...seen, ratio: 1.2 } });
    expect(other.data).toMatchObject({
      recordMarketObservation: { observation: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] },
    });
  });

  test('is accepted once, even if two of a shipment are accepted at once', async () => {
    const shipmentId = await scene.knownShipment();
    const quotes = await Promise.all([
      scene.requestQuote(customer, shipmentId),
      scene.requestQuote(customer, shipmentId),
    ]);
    const results = await Promise.all(quotes.map(({ quote }) => scene.acceptQuote(customer, quote!.id)));
    expect(results.map((result) => result.userErrors.map((error) => error.code)).sort()).toEqual([[], ['WITHDRAWN']]);
  });
});

describe('an estimate', () => {
  const lane = {
    equipment: 'DRY_VAN',
    origin: { latitude: 41.85, longitude: -87.65 },
    destination: { latitude: 42.33, longitude: -83.05 },
    volumeM3: 12,
  };
  const estimate = (changes: object) =>
    scene.ask<{ priceEstimate: { price: { amount: string } } }>(
      customer,
      'query($input: PriceEstimateInput!) { priceEstimate(input: $input) { price { amount } } }',
      { input: { ...lane, ...changes } },
    );

  test('is the same for a country in small letters', async () => {
    const { data, errors } = await estimate({ originCountry: 'us' });
    expect(errors).toEqual([]);
    expect(data).toEqual((await estimate({})).data);
  });

  test.each<[string, object, string]>([
    ['a country that does not exist', { originCountry: 'ZZ' }, '"input.originCountry" must be an ISO 3166-1'],
    ['the point 0, 0', { origin: { latitude: 0, longitude: 0 } }, '"input.origin" must be a place'],
    [
      'swapped coordinates',
      { destination: { latitude: -83.05, longitude: 42.33 } },
      '"input.destination": The point lies outside US. Are latitude and longitude swapped?',
    ],
    [
      'a latitude of 91',
      { destination: { latitude: 91, longitude: 0 } },
      '"input.destination.latitude" must be at most',
    ],
    ['no volume', { volumeM3: 0 }, '"input.volumeM3" must be more than 0.'],
  ])('is refused for %s', async (_what, changes, message) => {
    const { errors } = await estimate(changes);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});
