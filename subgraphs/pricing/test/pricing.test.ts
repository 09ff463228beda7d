import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { EventName, EventPayload } from '#shared/events/topics.ts';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { generateWorld } from '../../../demo/generate/generate.ts';
import { seedAlone } from '../../../demo/seeding/seed-alone.ts';
import {
  createTestDatabase,
  somebody,
  startTestSubgraph,
  type TestDatabase,
  type TestSubgraph,
} from '../../shared/test/harness.ts';
import type { PricingContext } from '../context.ts';
import { pricing } from '../subgraph.ts';

const start = new Date('2026-03-10T12:00:00Z');
let now = start;
let graph: TestSubgraph<PricingContext>;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  graph = await startTestSubgraph(pricing, { database, clock: () => now });
});
afterAll(async () => {
  await graph.close();
  await database.drop();
});
beforeEach(() => {
  now = start;
});

const organizationId = newId();
const customer = somebody(['CUSTOMER'], { organizationId });
const stranger = somebody(['CUSTOMER'], { organizationId: newId() });
const admin = somebody(['ADMIN']);

/** Delivers an event through the queue, as another subgraph would send it. */
async function receive<N extends EventName>(name: N, payload: EventPayload<N>): Promise<void> {
  const { jobs, database: own } = graph.services;
  await own.fork().transactional((em) => jobs.emit(em, name, payload));
  await jobs.drain();
}

async function knownShipment(overrides: Partial<EventPayload<'shipment.created'>> = {}): Promise<string> {
  const shipmentId = newId();
  await receive('shipment.created', shipmentFacts(shipmentId, overrides));
  return shipmentId;
}

function changeShipment(shipmentId: string, overrides: Partial<EventPayload<'shipment.created'>>): Promise<void> {
  return receive('shipment.changed', shipmentFacts(shipmentId, overrides));
}

function shipmentFacts(
  shipmentId: string,
  overrides: Partial<EventPayload<'shipment.created'>>,
): EventPayload<'shipment.created'> {
  const place = {
    hubCode: 'CHI',
    city: 'Chicago',
    region: 'IL',
    country: 'US',
    latitude: 41.9,
    longitude: -87.6,
    timeZone: 'America/Chicago',
  };
  return {
    shipmentId,
    reference: 'IF-1',
    organizationId,
    createdByAccountId: customer.accountId,
    equipment: 'DRY_VAN',
    weightKg: 1_000,
    volumeM3: 10,
    valueCents: 100_000,
    currency: 'USD',
    origin: place,
    destination: place,
    distanceMeters: 500_000,
    pickupFrom: start.toISOString(),
    deliverBy: start.toISOString(),
    createdAt: start.toISOString(),
    ...overrides,
  };
}

interface QuotePayload {
  quote: { id: string; status: string; price: { amount: string }; factors: { kind: string; value: number }[] } | null;
  userErrors: { code: string; field: string[] | null }[];
}
const quoteFields =
  'quote { id status price { amount currency } factors { kind value explanation } } userErrors { code field message }';
async function requestQuote(
  as: typeof customer,
  shipmentId: string,
  idempotencyKey: string = newId(),
): Promise<QuotePayload> {
  const { data, errors } = await graph.ask<{ requestQuote: QuotePayload }>(
    as,
    `mutation($input: RequestQuoteInput!) { requestQuote(input: $input) { ${quoteFields} } }`,
    { input: { shipmentId, idempotencyKey } },
  );
  expect(errors).toEqual([]);
  return data!.requestQuote;
}
async function acceptQuote(as: typeof customer, quoteId: string): Promise<QuotePayload> {
  const { data } = await graph.ask<{ acceptQuote: QuotePayload }>(
    as,
    `mutation($input: AcceptQuoteInput!) { acceptQuote(input: $input) { ${quoteFields} } }`,
    { input: { quoteId } },
  );
  return data!.acceptQuote;
}

async function deliver(shipmentId: string): Promise<void> {
  await receive('shipment.delivered', {
    shipmentId,
    organizationId,
    driverId: newId(),
    vehicleId: newId(),
    at: now.toISOString(),
    onTime: true,
    deliverBy: now.toISOString(),
    pickedUpAt: start.toISOString(),
    createdAt: start.toISOString(),
    distanceMeters: 500_000,
  });
}

interface InvoiceShape {
  id: string;
  status: string;
  amount: { amount: string };
  paid: { amount: string };
  outstanding: { amount: string };
  overpaid: { amount: string };
  payments: { reference: string }[];
}
const invoiceFields =
  'id number status amount { amount } paid { amount } outstanding { amount } overpaid { amount } payments { reference }';
async function invoiceOf(as: typeof customer, shipmentId: string): Promise<InvoiceShape | null> {
  const { data } = await graph.ask<{ _entities: [{ invoice: InvoiceShape | null }] }>(
    as,
    `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { invoice { ${invoiceFields} } } } }`,
    { r: [{ __typename: 'Shipment', id: shipmentId }] },
  );
  return data!._entities[0].invoice;
}

describe('a quote', () => {
  test('shows the price and every factor of it', async () => {
    const { quote } = await requestQuote(customer, await knownShipment());
    expect(quote).toMatchObject({ status: 'OFFERED', price: { amount: '883.50', currency: 'USD' } });
    expect(quote?.factors.map((factor) => factor.kind)).toEqual(['DEMAND', 'COMPETITOR', 'COST', 'TIER', 'VOLUME']);
  });

  test('includes the discount of the tier and the newest market observation', async () => {
    await receive('organization.changed', {
      organizationId,
      name: 'Acme',
      tier: 'ENTERPRISE',
      createdAt: start.toISOString(),
    });
    const observed = await graph.ask(
      admin,
      `mutation { recordMarketObservation(input: { kind: COMPETITOR, equipment: TANKER, ratio: 1.4, source: "survey" }) { observation { id } userErrors { code } } }`,
    );
    expect(observed.data).toMatchObject({ recordMarketObservation: { userErrors: [] } });
    const { quote } = await requestQuote(customer, await knownShipment({ equipment: 'TANKER' }));
    expect(quote?.factors).toMatchObject([
      { value: 1 },
      { kind: 'COMPETITOR', value: 1.1 },
      { value: 1 },
      { kind: 'TIER', value: 0.85 },
      { value: 0.95 },
    ]);
    await receive('organization.changed', {
      organizationId,
      name: 'Acme',
      tier: 'FREE',
      createdAt: start.toISOString(),
    });
  });

  test('is the same for the same key, even in two requests at once', async () => {
    const shipmentId = await knownShipment();
    const key = newId();
    const [first, second] = await Promise.all([
      requestQuote(customer, shipmentId, key),
      requestQuote(customer, shipmentId, key),
    ]);
    expect(first.quote?.id).toBe(second.quote?.id);
    const reused = await requestQuote(customer, await knownShipment(), key);
    expect(reused.userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }]);
  });

  test('is refused for an unknown shipment, a shipment of another organization, a cancelled shipment, and a bad key', async () => {
    const shipmentId = await knownShipment();
    for (const id of ['x', newId()])
      expect((await requestQuote(customer, id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await requestQuote(stranger, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await requestQuote(customer, shipmentId, 'short')).userErrors).toMatchObject([{ code: 'INVALID_INPUT' }]);
    expect((await requestQuote(customer, shipmentId, 'nul\u0000nul\u0000')).userErrors).toMatchObject([
      { code: 'INVALID_INPUT' },
    ]);
    await receive('shipment.cancelled', {
      shipmentId,
      organizationId,
      driverId: null,
      vehicleId: null,
      at: start.toISOString(),
      reason: 'customer',
    });
    expect((await requestQuote(customer, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_QUOTABLE' }]);
  });

  test('can be accepted until it expires, which withdraws the other offers', async () => {
    const shipmentId = await knownShipment();
    const [one, other] = [await requestQuote(customer, shipmentId), await requestQuote(customer, shipmentId)];
    expect((await acceptQuote(customer, one.quote!.id)).quote?.status).toBe('ACCEPTED');
    expect((await acceptQuote(customer, one.quote!.id)).userErrors).toMatchObject([{ code: 'ALREADY_ACCEPTED' }]);
    expect(await acceptQuote(customer, other.quote!.id)).toMatchObject({
      quote: { status: 'WITHDRAWN' },
      userErrors: [{ code: 'WITHDRAWN' }],
    });
    expect((await requestQuote(customer, shipmentId)).userErrors).toMatchObject([{ code: 'NOT_QUOTABLE' }]);

    const late = await requestQuote(customer, await knownShipment());
    now = new Date(start.getTime() + 7 * 86_400_000);
    expect(await acceptQuote(customer, late.quote!.id)).toMatchObject({
      quote: { status: 'EXPIRED' },
      userErrors: [{ code: 'EXPIRED' }],
    });
    expect((await acceptQuote(stranger, late.quote!.id)).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
  });

  test.each<[string, Partial<EventPayload<'shipment.created'>>]>([
    ['the distance', { distanceMeters: 3_362_000 }],
    ['the equipment', { equipment: 'REEFER' }],
    ['the volume', { volumeM3: 11 }],
  ])(
    'is withdrawn when %s changes, also after its acceptance, and the new load is priced and billed',
    async (_what, changes) => {
      const shipmentId = await knownShipment({ version: 1 });
      const { quote: accepted } = await requestQuote(customer, shipmentId);
      await acceptQuote(customer, accepted!.id);
      await changeShipment(shipmentId, { version: 2, ...changes });
      expect((await acceptQuote(customer, accepted!.id)).userErrors).toMatchObject([{ code: 'WITHDRAWN' }]);
      const { quote: offered } = await requestQuote(customer, shipmentId);
      expect(offered!.id).not.toBe(accepted!.id);
      await acceptQuote(customer, offered!.id);
      await deliver(shipmentId);
      expect(await invoiceOf(customer, shipmentId)).toMatchObject({ amount: { amount: offered!.price.amount } });
    },
  );

  test('stays when the load stays, and when an older version arrives late', async () => {
    const shipmentId = await knownShipment({ version: 2 });
    const { quote } = await requestQuote(customer, shipmentId);
    await changeShipment(shipmentId, { version: 3, reference: 'IF-2' });
    await changeShipment(shipmentId, { version: 1, distanceMeters: 1 });
    expect(await acceptQuote(customer, quote!.id)).toMatchObject({ quote: { status: 'ACCEPTED' }, userErrors: [] });
  });

  test('is made and accepted for the version that the caller has seen', async () => {
    const shipmentId = await knownShipment({ version: 2 });
    const ask = async (mutation: 'requestQuote' | 'acceptQuote', input: object) => {
      const type = mutation === 'requestQuote' ? 'RequestQuoteInput' : 'AcceptQuoteInput';
      const { data } = await graph.ask<Record<string, QuotePayload & { quote: { shipmentVersion: number } | null }>>(
        customer,
        `mutation($input: ${type}!) { ${mutation}(input: $input) { quote { id shipmentVersion } userErrors { code field } } }`,
        { input: { idempotencyKey: newId(), ...input } },
      );
      return data![mutation]!;
    };
    const conflict = [{ code: 'CONFLICT', field: ['shipmentVersion'] }];
    expect((await ask('requestQuote', { shipmentId, shipmentVersion: 3 })).userErrors).toEqual(conflict);
    expect((await ask('requestQuote', { shipmentId, shipmentVersion: 1 })).userErrors).toEqual(conflict);
    const { quote } = await ask('requestQuote', { shipmentId, shipmentVersion: 2 });
    expect(quote).toMatchObject({ shipmentVersion: 2 });
    const quoteId = quote!.id;
    expect((await ask('acceptQuote', { quoteId, shipmentVersion: 3 })).userErrors).toEqual(conflict);
    expect((await ask('acceptQuote', { quoteId, shipmentVersion: 2 })).userErrors).toEqual([]);
  });

  test('an acceptance and an observation with a key are made once', async () => {
    const shipmentId = await knownShipment();
    const { quote } = await requestQuote(customer, shipmentId);
    const accept = `mutation($input: AcceptQuoteInput!) { acceptQuote(input: $input) { ${quoteFields} } }`;
    const input = { quoteId: quote!.id, idempotencyKey: newId() };
    for (let call = 0; call < 2; call++) {
      const { data } = await graph.ask<{ acceptQuote: QuotePayload }>(customer, accept, { input });
      expect(data?.acceptQuote).toMatchObject({ quote: { status: 'ACCEPTED' }, userErrors: [] });
    }
    const observe =
      'mutation($input: RecordMarketObservationInput!) { recordMarketObservation(input: $input) { observation { id } userErrors { code } } }';
    const seen = { kind: 'COST', equipment: 'TANKER', ratio: 1.1, source: 'survey', idempotencyKey: newId() };
    const [first, second] = await Promise.all([1, 2].map(() => graph.ask(admin, observe, { input: seen })));
    expect(first?.data).toEqual(second?.data);
    const other = await graph.ask(admin, observe, { input: { ...seen, ratio: 1.2 } });
    expect(other.data).toMatchObject({
      recordMarketObservation: { observation: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] },
    });
  });

  test('is accepted once, even if two of a shipment are accepted at once', async () => {
    const shipmentId = await knownShipment();
    const quotes = await Promise.all([requestQuote(customer, shipmentId), requestQuote(customer, shipmentId)]);
    const results = await Promise.all(quotes.map(({ quote }) => acceptQuote(customer, quote!.id)));
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
    graph.ask<{ priceEstimate: { price: { amount: string } } }>(
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
    ['a country that does not exist', { originCountry: 'ZZ' }, 'input.originCountry: Must be an ISO 3166-1'],
    ['the point 0, 0', { origin: { latitude: 0, longitude: 0 } }, 'input.origin: Must be a place'],
    [
      'a latitude of 91',
      { destination: { latitude: 91, longitude: 0 } },
      'input.destination.latitude: Must be at most',
    ],
    ['no volume', { volumeM3: 0 }, 'input.volumeM3: Must be more than 0.'],
  ])('is refused for %s', async (_what, changes, message) => {
    const { errors } = await estimate(changes);
    expect(errors).toMatchObject([
      { message: expect.stringContaining(message), extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });
});

describe('an invoice', () => {
  test('is issued once on delivery, at the accepted price', async () => {
    const shipmentId = await knownShipment();
    const { quote } = await requestQuote(customer, shipmentId);
    await acceptQuote(customer, quote!.id);
    await deliver(shipmentId);
    await deliver(shipmentId);
    expect(await invoiceOf(customer, shipmentId)).toMatchObject({
      status: 'OPEN',
      amount: { amount: quote!.price.amount },
      payments: [],
    });
    expect(await invoiceOf(stranger, shipmentId)).toBeNull();
  });

  test('is issued at the price of the day if no quote was accepted', async () => {
    const shipmentId = await knownShipment();
    await deliver(shipmentId);
    expect(await invoiceOf(customer, shipmentId)).toMatchObject({ amount: { amount: '883.50' } });
  });

  test('names the quote that it bills, and is found by its number as people type it, its customer and its due date', async () => {
    const shipmentId = await knownShipment();
    const { quote } = await requestQuote(customer, shipmentId);
    await acceptQuote(customer, quote!.id);
    await deliver(shipmentId);
    const invoice = (await invoiceOf(customer, shipmentId)) as unknown as { id: string; number: string };
    const find = async (filter: object, orderBy = 'DUE_SOONEST') => {
      const { data, errors } = await graph.ask<{ invoices: { nodes: { id: string; quote: unknown }[] } }>(
        admin,
        'query($filter: InvoiceFilter, $orderBy: InvoiceOrder!) { invoices(filter: $filter, orderBy: $orderBy, first: 100) { nodes { id quote { id } } } }',
        { filter, orderBy },
      );
      expect(errors).toEqual([]);
      return data!.invoices.nodes;
    };
    const found = [{ id: invoice.id, quote: { id: quote!.id } }];
    expect(await find({ number: invoice.number })).toEqual(found);
    expect(await find({ number: ` ${invoice.number.toLowerCase().replaceAll('-', ' ')}` })).toEqual(found);
    expect(await find({ number: 'INV-1' })).toEqual([]);
    const due = { from: now.toISOString(), until: new Date(now.getTime() + 400 * 86_400_000).toISOString() };
    for (const orderBy of ['DUE_SOONEST', 'ISSUED_NEWEST'])
      expect(await find({ organizationId, due, issued: { from: now.toISOString() } }, orderBy)).toContainEqual(
        found[0],
      );
    // Deprecated names still work.
    const issued = { issuedFrom: now.toISOString(), issuedBefore: due.until };
    expect(await find({ number: invoice.number, ...issued })).toEqual(found);
    expect(await find({ number: invoice.number, issuedBefore: now.toISOString() })).toEqual([]);
    expect(await find({ organizationId: newId() })).toEqual([]);
    expect(await find({ due: { until: now.toISOString() }, number: invoice.number })).toEqual([]);
  });

  test('becomes overdue if it is not paid by its due date', async () => {
    const shipmentId = await knownShipment();
    await deliver(shipmentId);
    now = new Date(start.getTime() + 15 * 86_400_000);
    expect(await invoiceOf(customer, shipmentId)).toMatchObject({ status: 'OVERDUE' });
  });
});

describe('a payment', () => {
  const pay = async (as: typeof customer, input: Record<string, unknown>) => {
    const { data, errors } = await graph.ask<{
      recordPayment: { invoice: InvoiceShape | null; payment: { id: string } | null; userErrors: { code: string }[] };
    }>(
      as,
      `mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { invoice { ${invoiceFields} } payment { id } userErrors { code field message } } }`,
      { input: { method: 'ACH', reference: newId(), idempotencyKey: newId(), ...input } },
    );
    return { ...data?.recordPayment, errors };
  };
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  let invoiceId: string;

  beforeEach(async () => {
    const shipmentId = await knownShipment();
    await deliver(shipmentId);
    invoiceId = (await invoiceOf(admin, shipmentId))!.id;
  });

  test('in parts adds up to PAID', async () => {
    expect(await pay(admin, { invoiceId, amount: usd('800') })).toMatchObject({
      invoice: { status: 'PARTIALLY_PAID', outstanding: { amount: '83.50' } },
    });
    expect(await pay(admin, { invoiceId, amount: usd('83.50') })).toMatchObject({
      invoice: { status: 'PAID', outstanding: { amount: '0.00' } },
    });
    const { data } = await graph.ask(
      customer,
      'query($id: ID!) { invoice(id: $id) { payments { recordedBy { id } } } }',
      {
        id: invoiceId,
      },
    );
    const recordedBy = { id: admin.accountId };
    expect(data).toEqual({ invoice: { payments: [{ recordedBy }, { recordedBy }] } });
  });

  test('of more than is owed is refused, or kept as credit on request', async () => {
    expect(await pay(admin, { invoiceId, amount: usd('900') })).toMatchObject({
      payment: null,
      userErrors: [{ code: 'OVERPAYMENT' }],
    });
    expect(await pay(admin, { invoiceId, amount: usd('900'), acceptOverpayment: true })).toMatchObject({
      invoice: { status: 'PAID', overpaid: { amount: '16.50' } },
    });
  });

  test('reported twice is recorded once, by key and by bank reference', async () => {
    const payment = { invoiceId, amount: usd('100'), reference: 'WIRE-1', idempotencyKey: 'key-12345' };
    const results = await Promise.all([pay(admin, payment), pay(admin, payment)]);
    expect(new Set(results.map((result) => result.payment?.id)).size).toBe(1);
    for (const reference of ['WIRE-1', 'wire 1', ' Wire1 ']) {
      const again = await pay(admin, { ...payment, reference, idempotencyKey: newId() });
      expect(again.userErrors).toMatchObject([{ code: 'DUPLICATE_PAYMENT' }]);
    }
    expect((await pay(admin, { ...payment, amount: usd('101') })).userErrors).toMatchObject([
      { code: 'IDEMPOTENCY_KEY_REUSED' },
    ]);
  });

  test('is the same call when its id and texts are written in another way', async () => {
    const payment = { invoiceId, amount: usd('100'), reference: 'WIRE-2', idempotencyKey: newId() };
    const first = await pay(admin, payment);
    const repeated = await pay(admin, { ...payment, invoiceId: invoiceId.toUpperCase(), reference: ' WIRE-2 ' });
    expect(repeated).toMatchObject({ payment: { id: first.payment!.id }, userErrors: [] });
  });

  test('after another in the same request shows both', async () => {
    const { data } = await graph.ask<Record<string, { invoice: InvoiceShape }>>(
      admin,
      `mutation($one: RecordPaymentInput!, $two: RecordPaymentInput!) {
        one: recordPayment(input: $one) { invoice { ${invoiceFields} } }
        two: recordPayment(input: $two) { invoice { ${invoiceFields} } }
      }`,
      Object.fromEntries(
        ['one', 'two'].map((reference) => [
          reference,
          { invoiceId, reference, amount: usd('1'), method: 'ACH', idempotencyKey: newId() },
        ]),
      ),
    );
    expect(data!['one']!.invoice).toMatchObject({ paid: { amount: '1.00' }, payments: [{ reference: 'one' }] });
    const { paid, payments } = data!['two']!.invoice;
    expect(paid).toEqual({ amount: '2.00' });
    // Both arrived in the same millisecond, so their order is open.
    expect(payments.map(({ reference }) => reference).toSorted()).toEqual(['one', 'two']);
  });

  test('with several faults names all of them', async () => {
    const { userErrors } = await pay(admin, {
      invoiceId,
      amount: usd('0'),
      reference: ' ',
      paidAt: '2030-01-01T00:00:00Z',
      idempotencyKey: 'short',
    });
    expect(userErrors).toMatchObject([
      { code: 'INVALID_AMOUNT', field: ['amount', 'amount'] },
      { code: 'INVALID_REFERENCE', field: ['reference'] },
      { code: 'IN_THE_FUTURE', field: ['paidAt'] },
      { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
    ]);
  });

  test('is never lost among several at once', async () => {
    const results = await Promise.all(Array.from({ length: 5 }, () => pay(admin, { invoiceId, amount: usd('100') })));
    expect(results.flatMap((result) => result.userErrors)).toEqual([]);
    const { invoice } = await pay(admin, { invoiceId, amount: usd('0.01') });
    expect(invoice?.paid.amount).toBe('500.01');
  });

  test('may come in at most 50 parts, and the latest are shown', async () => {
    for (let parts = 1; parts <= 50; parts++) {
      const { userErrors } = await pay(admin, { invoiceId, amount: usd('0.01'), reference: `PART-${parts}` });
      expect(userErrors).toEqual([]);
    }
    expect((await pay(admin, { invoiceId, amount: usd('0.01') })).userErrors).toMatchObject([
      { code: 'TOO_MANY_PAYMENTS', field: ['invoiceId'] },
    ]);
    const query =
      'query($id: ID!) { invoice(id: $id) { payments(last: 50) { reference } latest: payments { reference } } }';
    const { data } = await graph.ask<{ invoice: Record<string, { reference: string }[]> }>(admin, query, {
      id: invoiceId,
    });
    expect(data!.invoice['payments']).toHaveLength(50);
    expect(data!.invoice['latest']).toEqual(data!.invoice['payments']?.slice(-10));
    const { errors } = await graph.ask(admin, query.replace('last: 50', 'last: 51'), { id: invoiceId });
    expect(errors[0]?.message).toBe('"last" must be from 1 to 50; got 51.');
  });

  test('with a wrong input is refused with a code', async () => {
    const refusals: [string, Record<string, unknown>][] = [
      ['NOT_FOUND', { invoiceId: newId(), amount: usd('1') }],
      ['NOT_FOUND', { invoiceId: `'; drop table invoice; --`, amount: usd('1') }],
      ['INVALID_AMOUNT', { invoiceId, amount: usd('0') }],
      ['INVALID_AMOUNT', { invoiceId, amount: usd('-5') }],
      ['INVALID_AMOUNT', { invoiceId, amount: usd('0.001') }],
      ['CURRENCY_MISMATCH', { invoiceId, amount: { amount: '1', currency: 'EUR' } }],
      ['IN_THE_FUTURE', { invoiceId, amount: usd('1'), paidAt: '2030-01-01T00:00:00Z' }],
      ['INVALID_TIME', { invoiceId, amount: usd('1'), paidAt: '1970-01-01T00:00:00Z' }],
      ['INVALID_REFERENCE', { invoiceId, amount: usd('1'), reference: 'a\u0000b' }],
      ['INVALID_REFERENCE', { invoiceId, amount: usd('1'), reference: 'x'.repeat(65) }],
    ];
    for (const [code, input] of refusals) expect((await pay(admin, input)).userErrors).toMatchObject([{ code }]);
  });

  test('is for billing staff only', async () => {
    expect((await pay(customer, { invoiceId, amount: usd('1') })).errors).toMatchObject([
      { extensions: { code: 'FORBIDDEN' } },
    ]);
    expect((await graph.ask(anonymous, '{ invoices { nodes { id } } }')).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
  });
});

describe('the demo world', () => {
  test('is seeded completely, agrees with its records, and pages without gaps in a constant number of statements', async () => {
    const own = await createTestDatabase();
    const world = generateWorld({
      seed: 7,
      now: start,
      size: { shipments: 400, drivers: 20, vehicles: 15, organizations: 8 },
    });
    const seeded = await startTestSubgraph(pricing, { database: own, clock: () => start });
    try {
      await seedAlone(seeded, world);
      const bills = world.shipments.flatMap((shipment) => shipment.invoice ?? []);

      const numbers: string[] = [];
      const statements: number[] = [];
      let after: string | null = null;
      do {
        const before = seeded.services.database.statements();
        const {
          data,
        }: {
          data:
            | {
                invoices: {
                  nodes: { number: string; status: string }[];
                  pageInfo: { hasNextPage: boolean; endCursor: string };
                };
              }
            | null
            | undefined;
        } = await seeded.ask(
          admin,
          'query($after: String) { invoices(first: 50, after: $after) { nodes { number status payments { id } } pageInfo { hasNextPage endCursor } } }',
          { after },
        );
        statements.push(seeded.services.database.statements() - before);
        numbers.push(...data!.invoices.nodes.map((invoice) => invoice.number));
        after = data!.invoices.pageInfo.hasNextPage ? data!.invoices.pageInfo.endCursor : null;
      } while (after);
      expect(numbers.sort()).toEqual(bills.map((bill) => bill.number).sort());
      expect(new Set(statements)).toEqual(new Set([2]));

      for (const status of ['OPEN', 'PARTIALLY_PAID', 'PAID', 'OVERDUE']) {
        const { data } = await seeded.ask<{ invoices: { totalCount: number; nodes: { status: string }[] } }>(
          admin,
          `{ invoices(first: 100, filter: { statuses: [${status}] }) { totalCount nodes { status } } }`,
        );
        expect(data?.invoices.nodes.every((invoice) => invoice.status === status)).toBe(true);
        expect(data?.invoices.totalCount).toBe(bills.filter((bill) => bill.status === status).length);
      }

      type Numbers = { nodes: { number: string }[] };
      const before = seeded.services.database.statements();
      const customers = await seeded.ask<{ _entities: { invoices: Numbers }[] }>(
        admin,
        'query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { invoices(first: 3) { nodes { number } } } } }',
        { r: world.organizations.map(({ id }) => ({ __typename: 'Organization', id })) },
      );
      expect(seeded.services.database.statements() - before).toBe(1);
      for (const [index, { id }] of world.organizations.entries()) {
        const { data } = await seeded.ask<{ invoices: Numbers }>(
          admin,
          'query($id: ID!) { invoices(first: 3, filter: { organizationId: $id }) { nodes { number } } }',
          { id },
        );
        expect(customers.data!._entities[index]!.invoices).toEqual(data!.invoices);
      }

      const [organization] = world.organizations;
      const theirs = world.shipments
        .filter((shipment) => shipment.organizationId === organization?.id)
        .flatMap((shipment) => shipment.invoice ?? []);
      const owed = theirs.reduce(
        (sum, bill) => sum + bill.amountCents - bill.payments.reduce((paid, payment) => paid + payment.amountCents, 0),
        0,
      );
      const { data } = await seeded.ask<{ _entities: [{ billing: { outstanding: { amount: string } } }] }>(
        admin,
        'query($r: [_Any!]!) { _entities(representations: $r) { ... on Organization { billing { outstanding { amount } openInvoices } } } }',
        { r: [{ __typename: 'Organization', id: organization?.id }] },
      );
      expect(Number(data?._entities[0].billing.outstanding.amount) * 100).toBeCloseTo(owed);
    } finally {
      await seeded.close();
      await own.drop();
    }
  });

  test('refuses cursors, page sizes and numbers that no list accepts', async () => {
    for (const page of [
      'first: 0',
      'first: 101',
      'first: 1, last: 1',
      'after: "bm9wZQ"',
      `after: "${Buffer.from('["x","y"]').toString('base64url')}"`,
      'filter: { number: "INV\\u0000" }',
      'filter: { number: " " }',
    ]) {
      const { errors } = await graph.ask(admin, `{ invoices(${page}) { nodes { id } } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });
});
