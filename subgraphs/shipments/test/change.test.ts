import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import type { FieldChange } from '../domain/differences.ts';
import {
  assigned,
  change,
  chicago,
  create,
  customer,
  dispatcher,
  driveTo,
  inHours,
  now,
  openScene,
  oranges,
  type Shipments,
  stranger,
  toronto,
} from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

const update = (as: typeof customer, input: object, selection?: string) =>
  change(scene, as, 'updateShipment', input, selection);

describe('changing a shipment', () => {
  test('replaces the given fields, keeps the others, and raises the version', async () => {
    const { id, version } = await create(scene);
    const { shipment, userErrors } = await update(
      customer,
      {
        shipmentId: id,
        expectedVersion: version,
        items: [{ ...oranges, weightKg: 10_000 }],
        stops: [chicago, toronto, { ...toronto, city: 'Ottawa', hubCode: null }],
      },
      'shipment { version notes equipment weightKg stops { city kind sequence } destination { city } items { weightKg } }',
    );
    expect(userErrors).toEqual([]);
    expect(shipment).toEqual({
      version: 2,
      notes: 'Keep at 4 degrees',
      equipment: 'REEFER',
      weightKg: 10_000,
      stops: [
        { city: 'Chicago', kind: 'PICKUP', sequence: 0 },
        { city: 'Toronto', kind: 'INTERMEDIATE', sequence: 1 },
        { city: 'Ottawa', kind: 'DELIVERY', sequence: 2 },
      ],
      destination: { city: 'Ottawa' },
      items: [{ weightKg: 10_000 }],
    });
  });

  test('removes the notes with null', async () => {
    const { id, version } = await create(scene);
    const { shipment } = await update(
      customer,
      { shipmentId: id, expectedVersion: version, notes: null },
      'shipment { notes }',
    );
    expect(shipment).toEqual({ notes: null });
  });

  test('records which account changed which field, with the old and new values', async () => {
    const { id, version } = await create(scene);
    const stops = [chicago, { ...toronto, street: '1 Quay St', windowEnd: inHours(30) }];
    await update(customer, { shipmentId: id, expectedVersion: version, notes: null, stops });
    await update(dispatcher, { shipmentId: id, expectedVersion: version + 1, equipment: 'DRY_VAN' });
    const { data } = await scene.ask(
      customer,
      'query($id: ID!) { shipment(id: $id) { changes { version at by { id } fields { field before after } } } }',
      { id },
    );
    const at = now.toISOString();
    expect(data).toEqual({
      shipment: {
        changes: [
          {
            version: 2,
            at,
            by: { id: customer.accountId },
            fields: [
              { field: 'notes', before: 'Keep at 4 degrees', after: null },
              { field: 'stops.1.street', before: toronto.street, after: '1 Quay St' },
              { field: 'stops.1.windowEnd', before: toronto.windowEnd, after: inHours(30) },
            ],
          },
          {
            version: 3,
            at,
            by: { id: dispatcher.accountId },
            fields: [{ field: 'equipment', before: 'REEFER', after: 'DRY_VAN' }],
          },
        ],
      },
    });
  });

  test('of many stops and items is told whole: in a summary of each, if more than 50 fields changed', async () => {
    const { id, version } = await create(scene);
    const changes = async () => {
      const { data } = await scene.ask<{ shipment: { changes: { summarized: boolean; fields: FieldChange[] }[] } }>(
        customer,
        'query($id: ID!) { shipment(id: $id) { changes(last: 1) { summarized fields { field before after } } } }',
        { id },
      );
      return data!.shipment.changes[0]!;
    };
    const one = [chicago, toronto, toronto];
    await update(customer, { shipmentId: id, expectedVersion: version, stops: one });
    const few = await changes();
    expect(few.summarized).toBe(false);
    expect(few.fields).toContainEqual({ field: 'stops.2.windowEnd', before: null, after: toronto.windowEnd });

    const longest = [chicago, ...Array.from({ length: 23 }, () => toronto), { ...toronto, city: 'Ottawa' }];
    const stopPaths = Array.from({ length: 22 }, (_, index) => `stops.${index + 3}`);
    await update(customer, { shipmentId: id, expectedVersion: version + 1, stops: longest });
    const many = await changes();
    expect(many.summarized).toBe(true);
    expect(many.fields.map(({ field }) => field)).toEqual(stopPaths);
    const { before, after } = many.fields.at(-1)!;
    expect(before).toBeNull();
    expect(after).toContain('city: Ottawa; region: ON;');
    expect(after).toContain(`windowEnd: ${toronto.windowEnd}`);

    const { userErrors } = await update(customer, {
      shipmentId: id,
      expectedVersion: version + 2,
      notes: 'All of it',
      stops: one,
      items: Array.from({ length: 100 }, () => oranges),
    });
    expect(userErrors).toEqual([]);
    const all = await changes();
    expect(all.fields.map(({ field }) => field)).toEqual(['notes', ...stopPaths, 'items']);
    expect(all.fields[0]).toEqual({ field: 'notes', before: 'Keep at 4 degrees', after: 'All of it' });
    expect(all.fields.at(-1)!.after).toContain('99.value: 12000.50 USD');
    expect(all.fields.at(-2)!.after).toBeNull();
  });

  test('to the values that it has already changes nothing: neither the version nor the watchers notice', async () => {
    const { id, version } = await create(scene);
    await scene.heard();
    const same = {
      equipment: 'REEFER',
      notes: ' Keep at 4 degrees',
      stops: [chicago, toronto],
      items: [oranges],
    };
    for (const input of [{}, same]) {
      const { shipment, userErrors } = await update(
        customer,
        { shipmentId: id, expectedVersion: version, ...input },
        'shipment { version updatedAt changes { version } }',
      );
      expect(userErrors).toEqual([]);
      expect(shipment).toEqual({ version, updatedAt: now.toISOString(), changes: [] });
    }
    expect(await scene.heard()).toEqual([]);
  });

  test('of a draft is sent as shipment.changed with its version', async () => {
    const { id, version } = await create(scene);
    await scene.heard();
    await update(customer, { shipmentId: id, expectedVersion: version, equipment: 'DRY_VAN' });
    expect(await scene.heard()).toMatchObject([
      { name: 'shipment.changed', payload: { shipmentId: id, equipment: 'DRY_VAN', version: version + 1 } },
    ]);
  });

  test.each<[string, object]>([
    ['the equipment', { equipment: 'DRY_VAN' }],
    ['the weight', { items: [{ ...oranges, weightKg: 19_000 }] }],
    ['the volume', { items: [{ ...oranges, volumeM3: 40 }] }],
    ['the value', { items: [{ ...oranges, value: { amount: '12000.51', currency: 'USD' } }] }],
    ['the currency of the value', { items: [{ ...oranges, value: { amount: '12000.50', currency: 'EUR' } }] }],
    ['the quantity', { items: [{ ...oranges, quantity: 401 }] }],
    ['the commodity', { items: [{ ...oranges, commodity: 'Frozen food' }] }],
    ['the number of items', { items: [oranges, oranges] }],
    ['the city of a stop', { stops: [chicago, { ...toronto, city: 'Mississauga' }] }],
    ['the street of a stop', { stops: [{ ...chicago, street: '9 Canal Street' }, toronto] }],
    ['the coordinates of a stop', { stops: [chicago, { ...toronto, location: { latitude: 43.7, longitude: -79.4 } }] }],
    ['the pickup window', { stops: [{ ...chicago, windowEnd: inHours(7) }, toronto] }],
    ['the delivery window', { stops: [chicago, { ...toronto, windowStart: inHours(19) }] }],
    ['the number of stops', { stops: [chicago, toronto, toronto] }],
  ])('of %s makes it another load, for which earlier offers are void', async (_what, input) => {
    expect(await loadVersionAfter(input)).toBe(2);
  });

  test.each<[string, object]>([
    ['the notes', { notes: 'Ring twice' }],
    ["the customer's reference", { customerReference: 'PO-1' }],
    ['the phone number of a contact', { stops: [chicago, { ...toronto, contactPhone: '416 555 0199' }] }],
    ["the customer's reference", { customerReference: 'PO 4711' }],
    ['the phone of a contact', { stops: [{ ...chicago, contactPhone: '+1 312 555 0100' }, toronto] }],
    ['the name of a contact', { stops: [chicago, { ...toronto, contactName: 'Ms Roy' }] }],
    ['the description of the goods', { items: [{ ...oranges, description: 'Navel oranges' }] }],
  ])('of %s leaves it the same load', async (_what, input) => {
    expect(await loadVersionAfter(input)).toBe(0);
  });

  /** The version of the load that other subgraphs hear after this change and a change of the notes. */
  async function loadVersionAfter(input: object): Promise<unknown> {
    const { id } = await create(scene);
    await scene.heard();
    expect(await update(customer, { shipmentId: id, expectedVersion: 1, ...input })).toMatchObject({ userErrors: [] });
    await update(customer, { shipmentId: id, expectedVersion: 2, notes: 'Dock 9' });
    const heard = await scene.heard();
    expect(new Set(heard.map(({ payload }) => payload['loadVersion'])).size).toBe(1);
    return heard.at(-1)?.payload['loadVersion'];
  }

  test('sends shipment.booked again for a booked shipment, with its new version', async () => {
    const { id, version } = await create(scene, { book: true });
    await scene.heard();
    await update(dispatcher, { shipmentId: id, expectedVersion: version, equipment: 'DRY_VAN' });
    expect(await scene.heard()).toMatchObject([
      { name: 'shipment.booked', payload: { shipmentId: id, equipment: 'DRY_VAN', version: version + 1 } },
    ]);
  });

  test('is refused for an old version, with the current shipment', async () => {
    const { id, version } = await create(scene);
    await update(customer, { shipmentId: id, expectedVersion: version, notes: 'first' });
    const { shipment, userErrors } = await update(
      dispatcher,
      { shipmentId: id, expectedVersion: version, notes: 'second' },
      'shipment { version notes }',
    );
    expect(userErrors).toMatchObject([{ code: 'CONFLICT', field: ['expectedVersion'] }]);
    expect(shipment).toEqual({ version: version + 1, notes: 'first' });
  });

  test('succeeds once if two arrive at once, and nothing is half written', async () => {
    const { id, version } = await create(scene);
    const payloads = await Promise.all(
      [5, 7].map((count) =>
        update(customer, { shipmentId: id, expectedVersion: version, items: Array(count).fill(oranges) }),
      ),
    );
    expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(payloads.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'CONFLICT' }]);
    const { data } = await scene.ask<{ shipment: { weightKg: number; items: object[] } }>(
      customer,
      'query($id: ID!) { shipment(id: $id) { weightKg items { id } } }',
      { id },
    );
    expect(data?.shipment.weightKg).toBe((data?.shipment.items.length ?? 0) * 8_000);
  });

  test('is limited to the notes after the assignment, and impossible after the delivery', async () => {
    const { id } = await assigned(scene);
    const facts = await update(customer, { shipmentId: id, expectedVersion: 3, items: [oranges] });
    expect(facts.userErrors).toMatchObject([{ code: 'INVALID_STATE', field: ['items'] }]);
    const notes = await update(customer, { shipmentId: id, expectedVersion: 3, notes: 'Dock 7' });
    expect(notes.userErrors).toEqual([]);
    await driveTo(scene, id, 'DELIVERED');
    const done = await update(customer, { shipmentId: id, expectedVersion: 8, notes: 'Too late' });
    expect(done.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  });

  test('is refused to its driver, and to callers who cannot see it', async () => {
    const { id, version } = await create(scene);
    expect(await update(stranger, { shipmentId: id, expectedVersion: version, notes: 'x' })).toMatchObject({
      shipment: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    for (const wrong of [newId(), 'x', '\u0000', "' or true"]) {
      const { userErrors } = await update(customer, { shipmentId: wrong, expectedVersion: 1 });
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['shipmentId'] }]);
    }
  });

  test('returns the state after each change when one request has two', async () => {
    const { id } = await create(scene);
    const { data } = await scene.ask(
      customer,
      `mutation($a: UpdateShipmentInput!, $b: BookShipmentInput!) {
        a: updateShipment(input: $a) { shipment { version notes events { to } } }
        b: bookShipment(input: $b) { shipment { version status events { to } } } }`,
      { a: { shipmentId: id, expectedVersion: 1, notes: 'n' }, b: { shipmentId: id, expectedVersion: 2 } },
    );
    expect(data).toEqual({
      a: { shipment: { version: 2, notes: 'n', events: [{ to: 'DRAFT' }] } },
      b: { shipment: { version: 3, status: 'BOOKED', events: [{ to: 'DRAFT' }, { to: 'BOOKED' }] } },
    });
  });

  test('is refused when a booked shipment is booked again', async () => {
    const { id } = await create(scene);
    const payloads = await Promise.all([1, 2].map(() => change(scene, customer, 'bookShipment', { shipmentId: id })));
    expect(payloads.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    expect(payloads.every(({ shipment }) => shipment?.status === 'BOOKED')).toBe(true);
  });
});

describe('the contacts of a shipment', () => {
  const readContacts = async (id: string) => {
    const query = `query($id: ID!) { shipment(id: $id) {
      stops { contactName contactPhone city } changes { fields { field before after } } } }`;
    type Read = {
      shipment: {
        stops: { contactName: string | null; contactPhone: string | null; city: string }[];
        changes: { fields: FieldChange[] }[];
      };
    };
    const { data } = await scene.ask<Read>(dispatcher, query, { id });
    const { stops, changes } = data!.shipment;
    return { stops, changed: changes.flatMap(({ fields }) => fields).filter(({ field }) => /contact/.test(field)) };
  };
  const contact = { contactName: 'Ada Ames', contactPhone: '+13125550100' };
  const withContact = { stops: [chicago, { ...toronto, ...contact }] };

  async function unchangedFor(days: number, isCancelled = true): Promise<string> {
    const { id, version } = await create(scene, withContact);
    const stops = [chicago, { ...toronto, ...contact, contactName: 'Bo Berg' }];
    await update(customer, { shipmentId: id, expectedVersion: version, stops });
    if (isCancelled) await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'No goods' });
    await scene.services.database
      .fork()
      .execute('update shipment set updated_at = now() - make_interval(days => ?) where id = ?', [days, id]);
    return id;
  }
  const erase = async () => {
    const chore = scene.subgraph.chores?.find(({ name }) => name === 'eraseEndedContacts');
    await chore!.run(scene.services.database.fork(), scene.services.log);
  };

  test('are erased 400 days after the last change of an ended shipment or a draft, also in its history', async () => {
    const [old, draft] = [await unchangedFor(401), await unchangedFor(401, false)];
    const [young, open] = [await unchangedFor(399), await unchangedFor(399, false)];
    await erase();
    for (const id of [old, draft]) {
      const { stops, changed } = await readContacts(id);
      expect(stops).toMatchObject([
        { contactName: null, contactPhone: null, city: 'Chicago' },
        { contactName: null, contactPhone: null, city: 'Toronto' },
      ]);
      expect(changed).toEqual([{ field: 'stops.1.contactName', before: null, after: null }]);
    }
    for (const id of [young, open]) {
      const { stops, changed } = await readContacts(id);
      expect(stops[1]).toMatchObject({ contactName: 'Bo Berg', contactPhone: contact.contactPhone });
      expect(changed).toEqual([{ field: 'stops.1.contactName', before: 'Ada Ames', after: 'Bo Berg' }]);
    }
  });

  test('are found only once', async () => {
    await unchangedFor(500);
    await erase();
    const rows = await scene.services.database
      .fork()
      .execute(
        `select id from shipment where status = 'CANCELLED' and not contacts_erased and updated_at < now() - interval '400 days'`,
      );
    expect(rows).toEqual([]);
    await erase();
  });
});
