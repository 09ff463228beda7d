import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { moneyOf } from '#shared/input/money.ts';
import { runs } from '#shared/test/random.ts';
import { importRow } from '../domain/import-input.ts';
import {
  admin,
  analyst,
  arrive,
  change,
  chicago,
  create,
  customer,
  dispatcher,
  driver,
  inHours,
  now,
  openScene,
  oranges,
  organizationId,
  partner,
  type Shipments,
  shipmentInput,
  stranger,
  toronto,
} from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

describe('a customer creates a shipment', () => {
  test('and gets a draft with its sums, lane and first event', async () => {
    const selection = `shipment { reference status version equipment notes weightKg volumeM3 distanceMeters
      value { amount currency } pickupFrom deliverBy bookedAt late nextStatuses driver { id }
      organization { id } createdBy { id }
      origin { city hubCode sequence kind location { latitude longitude } timeZone }
      destination { city kind sequence } stops { kind } items { description quantity value { amount } }
      events { from to at by { id } note } comments { totalCount } importedFrom { source } }`;
    const { shipment, userErrors } = await change(
      scene,
      customer,
      'createShipment',
      shipmentInput({ items: [oranges, oranges] }),
      selection,
    );
    expect(userErrors).toEqual([]);
    expect(shipment).toEqual({
      reference: expect.stringMatching(/^IF-2026-\d{6}$/),
      status: 'DRAFT',
      version: 1,
      equipment: 'REEFER',
      notes: 'Keep at 4 degrees',
      weightKg: 16_000,
      volumeM3: 65,
      distanceMeters: expect.any(Number),
      value: { amount: '24001.00', currency: 'USD' },
      pickupFrom: chicago.windowStart,
      deliverBy: toronto.windowEnd,
      bookedAt: null,
      late: false,
      nextStatuses: ['BOOKED', 'CANCELLED'],
      driver: null,
      organization: { id: organizationId },
      createdBy: { id: customer.accountId },
      origin: {
        city: 'Chicago',
        hubCode: 'CHI',
        sequence: 0,
        kind: 'PICKUP',
        location: chicago.location,
        timeZone: 'America/Chicago',
      },
      destination: { city: 'Toronto', kind: 'DELIVERY', sequence: 1 },
      stops: [{ kind: 'PICKUP' }, { kind: 'DELIVERY' }],
      items: [
        { description: oranges.description, quantity: 400, value: { amount: '12000.50' } },
        { description: oranges.description, quantity: 400, value: { amount: '12000.50' } },
      ],
      events: [{ from: null, to: 'DRAFT', at: now.toISOString(), by: { id: customer.accountId }, note: null }],
      comments: { totalCount: 0 },
      importedFrom: null,
    });
    // The great circle has 702 km. The road is about a quarter longer.
    expect(Number(shipment?.['distanceMeters'])).toBeGreaterThan(800_000);
    expect(Number(shipment?.['distanceMeters'])).toBeLessThan(950_000);
  });

  test('and books it at once: it has both events in order, and both domain events are sent', async () => {
    await scene.heard();
    const shipment = await create(scene, { book: true });
    expect(shipment).toMatchObject({ status: 'BOOKED', version: 2 });
    const { data } = await scene.ask(
      customer,
      'query($id: ID!) { shipment(id: $id) { bookedAt events { from to } } }',
      {
        id: shipment.id,
      },
    );
    expect(data).toEqual({
      shipment: {
        bookedAt: now.toISOString(),
        events: [
          { from: null, to: 'DRAFT' },
          { from: 'DRAFT', to: 'BOOKED' },
        ],
      },
    });
    const heard = await scene.heard();
    expect(heard.map(({ name }) => name)).toEqual(['shipment.created', 'shipment.booked']);
    expect(heard[1]?.payload).toMatchObject({
      shipmentId: shipment.id,
      reference: shipment.reference,
      organizationId,
      createdByAccountId: customer.accountId,
      valueCents: 1_200_050,
      currency: 'USD',
      weightKg: 8_000,
      origin: { hubCode: 'CHI', city: 'Chicago', latitude: 41.8781, timeZone: 'America/Chicago' },
      destination: { hubCode: 'TOR', country: 'CA' },
      pickupFrom: chicago.windowStart,
      deliverBy: toronto.windowEnd,
      bookedAt: now.toISOString(),
      version: 2,
    });
  });

  test('twice with the same key and gets the same shipment', async () => {
    const input = shipmentInput();
    const payloads = await Promise.all([1, 2, 3, 4].map(() => change(scene, customer, 'createShipment', input)));
    expect(new Set(payloads.map(({ shipment }) => shipment?.id)).size).toBe(1);
    const [rows] = await scene.services.database
      .fork()
      .execute('select count(*)::int as count from shipment where id = ?', [payloads[0]?.shipment?.id ?? '']);
    expect(rows).toEqual({ count: 1 });
  });

  test('and is refused when the key was used with another input', async () => {
    const input = shipmentInput();
    await change(scene, customer, 'createShipment', input);
    const { shipment, userErrors } = await change(scene, customer, 'createShipment', { ...input, notes: 'other' });
    expect(shipment).toBeNull();
    expect(userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }]);
  });

  test('with a key that another account has used', async () => {
    const input = shipmentInput();
    const mine = await change(scene, customer, 'createShipment', input);
    const theirs = await change(scene, partner, 'createShipment', input);
    expect(theirs.shipment?.id).not.toBe(mine.shipment?.id);
  });
});

describe('creating a shipment', () => {
  test('is refused to a customer for another organization', async () => {
    const { userErrors } = await change(scene, customer, 'createShipment', shipmentInput({ organizationId: newId() }));
    expect(userErrors).toMatchObject([{ code: 'FORBIDDEN_ORGANIZATION', field: ['organizationId'] }]);
  });

  test('is allowed to a dispatcher for an existing organization', async () => {
    const none = await change(scene, dispatcher, 'createShipment', shipmentInput());
    expect(none.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['organizationId'] }]);
    for (const unknown of [newId(), "'; drop table shipment; --"]) {
      const { userErrors } = await change(
        scene,
        dispatcher,
        'createShipment',
        shipmentInput({ organizationId: unknown }),
      );
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['organizationId'] }]);
    }
    await arrive(scene, 'organization.changed', {
      organizationId,
      name: 'Harbour Foods',
      tier: 'STANDARD',
      createdAt: now.toISOString(),
    });
    const { shipment } = await change(scene, dispatcher, 'createShipment', shipmentInput({ organizationId }));
    expect(shipment?.status).toBe('DRAFT');
  });

  test.each([
    ['a driver', driver, 'FORBIDDEN'],
    ['an analyst', analyst, 'FORBIDDEN'],
    ['an anonymous caller', anonymous, 'UNAUTHENTICATED'],
  ])('is refused to %s', async (_who, as, code) => {
    const { errors } = await scene.ask(
      as,
      'mutation($input: CreateShipmentInput!) { createShipment(input: $input) { userErrors { code } } }',
      { input: shipmentInput() },
    );
    expect(errors).toMatchObject([{ extensions: { code } }]);
  });
});

describe('invalid, huge and hostile input is refused with its field and how to correct it', () => {
  const stop = (changes: object) => ({ stops: [{ ...chicago, ...changes }, toronto] });
  const item = (changes: object) => ({ items: [{ ...oranges, ...changes }] });
  test.each<[string, Record<string, unknown>, string]>([
    ['a short key', { idempotencyKey: 'short' }, 'idempotencyKey'],
    ['a key with a NUL', { idempotencyKey: 'abcdefgh\u0000' }, 'idempotencyKey'],
    ['one stop', { stops: [chicago] }, 'stops'],
    ['26 stops', { stops: Array.from({ length: 26 }, () => chicago) }, 'stops'],
    ['10,000 stops', { stops: Array.from({ length: 10_000 }, () => chicago) }, 'stops'],
    ['no items', { items: [] }, 'items'],
    ['101 items', { items: Array.from({ length: 101 }, () => oranges) }, 'items'],
    ['a place beyond the pole', stop({ location: { latitude: 90.1, longitude: 0 } }), 'stops.0.location.latitude'],
    ['an unknown time zone', stop({ timeZone: 'Mars/Olympus' }), 'stops.0.timeZone'],
    ['an offset instead of a time zone', stop({ timeZone: '+01:00' }), 'stops.0.timeZone'],
    ['an abbreviation of several time zones', stop({ timeZone: 'BST' }), 'stops.0.timeZone'],
    ['the name of a country', stop({ country: 'Canada' }), 'stops.0.country'],
    ['a country that does not exist', stop({ country: 'UK' }), 'stops.0.country'],
    ['a region of another country', stop({ region: 'ON' }), 'stops.0.region'],
    ['a place without coordinates', stop({ location: { latitude: 0, longitude: 0.001 } }), 'stops.0.location'],
    ['swapped coordinates', stop({ location: { latitude: -87.65, longitude: 41.85 } }), 'stops.0.location'],
    ['a longitude without its sign', stop({ location: { latitude: 41.85, longitude: 87.65 } }), 'stops.0.location'],
    ['a currency without a country', item({ value: { amount: '1', currency: 'XAU' } }), 'items.0.value.currency'],
    ['a tenth of a yen', item({ value: { amount: '100.5', currency: 'JPY' } }), 'items.0.value'],
    ['a blank city', stop({ city: '   ' }), 'stops.0.city'],
    ['an invisible city', stop({ city: '\u200b' }), 'stops.0.city'],
    ['a NUL in a city', stop({ city: 'Chi\u0000cago' }), 'stops.0.city'],
    ['a lone surrogate', stop({ city: 'Chi\ud800' }), 'stops.0.city'],
    ['notes that are too long', { notes: 'x'.repeat(4_001) }, 'notes'],
    ['a weight of zero', item({ weightKg: 0 }), 'items.0.weightKg'],
    ['a negative volume', item({ volumeM3: -1 }), 'items.0.volumeM3'],
    ['too many pieces', item({ quantity: 2_000_000 }), 'items.0.quantity'],
    ['a fraction of a cent', item({ value: { amount: '1.001', currency: 'USD' } }), 'items.0.value'],
    ['a negative value', item({ value: { amount: '-1', currency: 'USD' } }), 'items.0.value'],
    ['a value above the limit', item({ value: { amount: '999999999999999', currency: 'USD' } }), 'items.0.value'],
    [
      'two currencies',
      { items: [oranges, { ...oranges, value: { amount: '1', currency: 'CAD' } }] },
      'items.1.value.currency',
    ],
  ])('%s', async (_what, changes, field) => {
    const { shipment, userErrors } = await change(scene, customer, 'createShipment', shipmentInput(changes));
    expect(shipment).toBeNull();
    const message = expect.stringMatching(/^(Must|All items|The point) .+[.?]$/);
    expect(userErrors).toContainEqual({ code: 'INVALID_INPUT', field: field.split('.'), message });
    expect(userErrors.length).toBeLessThanOrEqual(20);
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a window that ends before it begins', stop({ windowEnd: inHours(3) }), 'stops.0.windowEnd'],
    ['a window of a year', stop({ windowEnd: inHours(9_000) }), 'stops.0.windowEnd'],
    [
      'a delivery before the pickup',
      { stops: [chicago, { ...toronto, windowStart: inHours(1), windowEnd: inHours(2) }] },
      'stops.1.windowEnd',
    ],
  ])('%s', async (_what, changes, field) => {
    const { userErrors } = await change(scene, customer, 'createShipment', shipmentInput(changes));
    expect(userErrors).toMatchObject([{ code: 'INVALID_TIME', field: field.split('.') }]);
  });

  test.each([
    ['1970', '1970-03-01T08:00:00Z', '1970-03-01T10:00:00Z', 'windowStart'],
    ['2087', '2087-03-01T08:00:00Z', '2087-03-01T10:00:00Z', 'windowEnd'],
  ])('a pickup in %s is refused', async (_year, windowStart, windowEnd, field) => {
    const stops = [
      { ...chicago, windowStart, windowEnd },
      { ...toronto, windowStart, windowEnd },
    ];
    const { userErrors } = await change(scene, customer, 'createShipment', shipmentInput({ stops }));
    expect(userErrors).toMatchObject([{ code: 'INVALID_TIME', field: ['stops', '0', field] }]);
  });

  test('texts are stored as codes: the currency, the region and the zone', async () => {
    const stops = [{ ...chicago, region: 'Illinois', country: 'us', timeZone: 'us/central' }, toronto];
    const items = [{ ...oranges, value: { amount: '12.345', currency: 'KWD' } }];
    const shipment = await create(scene, { stops, items });
    const { data } = await scene.ask(
      customer,
      'query($id: ID!) { shipment(id: $id) { value { amount currency } origin { region country timeZone } } }',
      { id: shipment.id },
    );
    expect(data).toEqual({
      shipment: {
        value: { amount: '12.345', currency: 'KWD' },
        origin: { region: 'IL', country: 'US', timeZone: 'America/Chicago' },
      },
    });
  });

  const currencies = fc.constantFrom('JPY', 'USD', 'KWD');
  const minorUnits = fc.integer({ min: 0, max: 1_000_000_000 });

  test('amounts keep the decimals of their currency, in each item, in their sum and in the changes', async () => {
    const query = `query($id: ID!) { shipment(id: $id) {
      value { amount currency } items { value { amount currency } } changes { fields { field before after } } } }`;
    const worth = fc.array(minorUnits, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(currencies, worth, minorUnits, async (currency, units, more) => {
        const values = [...units, more].map((cents) => moneyOf(cents, currency));
        const items = values.map((value) => ({ ...oranges, value }));
        const { id } = await create(scene, { items: items.slice(0, -1) });
        await change(scene, customer, 'updateShipment', { id, expectedVersion: 1, items });
        const { data } = await scene.ask<{ shipment: { changes: [{ fields: object[] }] } }>(customer, query, { id });
        const sum = units.reduce((total, cents) => total + cents, more);
        expect(data?.shipment).toMatchObject({
          value: moneyOf(sum, currency),
          items: values.map((value) => ({ value })),
        });
        const { amount } = moneyOf(more, currency);
        const added = { field: `items.${units.length}.value`, before: null, after: `${amount} ${currency}` };
        expect(data?.shipment.changes[0].fields).toContainEqual(added);
      }),
      { numRuns: runs(9) },
    );
  });

  test('amounts of imported rows keep the decimals of their currency', () => {
    const row = importRow(now);
    fc.assert(
      fc.property(currencies, minorUnits, (currency, cents) => {
        const money = moneyOf(cents, currency);
        const item = { description: 'Oranges', commodity: 'Fresh produce', quantity: 1, value: money };
        const times = { createdAt: new Date(0), deliveredAt: new Date(1) };
        const cells = { line: 1, sourceReference: '1', reference: 'R-1', values: [], ...times };
        const { freightCost, item: read } = row.parse({ ...cells, item, freightCost: money });
        expect([freightCost, read.value]).toEqual([
          { cents, currency },
          { cents, currency },
        ]);
      }),
    );
  });

  test('a pickup in the past can be saved as a draft but not booked', async () => {
    const past = [
      { ...chicago, windowStart: inHours(-6), windowEnd: inHours(-4) },
      { ...toronto, windowStart: inHours(1), windowEnd: inHours(2) },
    ];
    const booked = await change(scene, customer, 'createShipment', shipmentInput({ stops: past, book: true }));
    expect(booked.userErrors).toMatchObject([{ code: 'PICKUP_IN_PAST', field: ['stops', '0', 'windowEnd'] }]);
    const draft = await create(scene, { stops: past });
    const { userErrors } = await change(scene, customer, 'bookShipment', { shipmentId: draft.id });
    expect(userErrors).toMatchObject([{ code: 'PICKUP_IN_PAST' }]);
  });

  test('texts with SQL or HTML are stored as plain texts', async () => {
    const notes = `'); drop table shipment; -- "\\ {"a":1} <script> ? $1 %s`;
    const shipment = await create(scene, { notes });
    const { data } = await scene.ask(customer, 'query($id: ID!) { shipment(id: $id) { notes } }', { id: shipment.id });
    expect(data).toEqual({ shipment: { notes } });
  });
});

describe('a new shipment is visible to', () => {
  const query = `query($id: ID!, $reference: String!, $r: [_Any!]!) {
    shipment(id: $id) { id } shipmentByReference(reference: $reference) { id }
    shipments { nodes { id } totalCount }
    _entities(representations: $r) { ... on Shipment { id } ... on Organization { shipments { nodes { id } } } } }`;

  test('its organization and staff by every path, other callers by none', async () => {
    const { id, reference } = await create(scene);
    const variables = {
      id,
      reference,
      r: [
        { __typename: 'Shipment', id },
        { __typename: 'Organization', id: organizationId },
      ],
    };
    for (const as of [customer, partner, dispatcher, admin, analyst]) {
      const { data, errors } = await scene.ask<Record<string, { id: string }>>(as, query, variables);
      expect(errors).toEqual([]);
      expect(data).toMatchObject({ shipment: { id }, shipmentByReference: { id } });
      expect(JSON.stringify(data?.['_entities'])).toContain(id);
    }
    for (const as of [stranger, driver]) {
      const { data, errors } = await scene.ask(as, query, variables);
      expect(errors).toEqual([]);
      expect(JSON.stringify(data)).not.toContain(id);
      expect(data).toMatchObject({
        shipment: null,
        shipmentByReference: null,
        _entities: [null, { shipments: { nodes: [] } }],
      });
    }
    const { errors } = await scene.ask(anonymous, query, variables);
    expect(errors[0]).toMatchObject({ extensions: { code: 'UNAUTHENTICATED' } });
  });

  test.each(['', 'x', '\u0000', "' or 1=1 --", '{a,b}', 'IF-%', 'x'.repeat(100_000)])(
    'an id or reference that is none finds nothing (%#)',
    async (text) => {
      const { data, errors } = await scene.ask(admin, query, {
        id: text,
        reference: text,
        r: [
          { __typename: 'Shipment', id: text },
          { __typename: 'Organization', id: text },
        ],
      });
      expect(errors).toEqual([]);
      expect(data).toMatchObject({
        shipment: null,
        shipmentByReference: null,
        _entities: [null, { shipments: { nodes: [] } }],
      });
    },
  );
});
