import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import {
  assigned,
  change,
  chicago,
  create,
  customer,
  dispatcher,
  driveTo,
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
  test('replaces what is given, keeps what is not, and raises the version', async () => {
    const { id, version } = await create(scene);
    const { shipment, userErrors } = await update(
      customer,
      {
        id,
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

  test('null clears the notes', async () => {
    const { id, version } = await create(scene);
    const { shipment } = await update(customer, { id, expectedVersion: version, notes: null }, 'shipment { notes }');
    expect(shipment).toEqual({ notes: null });
  });

  test('a booked one is announced again with its new version', async () => {
    const { id, version } = await create(scene, { book: true });
    await scene.heard();
    await update(dispatcher, { id, expectedVersion: version, equipment: 'DRY_VAN' });
    expect(await scene.heard()).toMatchObject([
      { name: 'shipment.booked', payload: { shipmentId: id, equipment: 'DRY_VAN', version: version + 1 } },
    ]);
  });

  test('based on an old version it is refused, with the present state', async () => {
    const { id, version } = await create(scene);
    await update(customer, { id, expectedVersion: version, notes: 'first' });
    const { shipment, userErrors } = await update(
      dispatcher,
      { id, expectedVersion: version, notes: 'second' },
      'shipment { version notes }',
    );
    expect(userErrors).toMatchObject([{ code: 'CONFLICT', field: ['expectedVersion'] }]);
    expect(shipment).toEqual({ version: version + 1, notes: 'first' });
  });

  test('of two at once one wins, and nothing is half written', async () => {
    const { id, version } = await create(scene);
    const answers = await Promise.all(
      [5, 7].map((count) => update(customer, { id, expectedVersion: version, items: Array(count).fill(oranges) })),
    );
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'CONFLICT' }]);
    const { data } = await scene.ask<{ shipment: { weightKg: number; items: object[] } }>(
      customer,
      'query($id: ID!) { shipment(id: $id) { weightKg items { id } } }',
      { id },
    );
    expect(data?.shipment.weightKg).toBe((data?.shipment.items.length ?? 0) * 8_000);
  });

  test('once a driver is held for it only its notes change; delivered, nothing does', async () => {
    const { id } = await assigned(scene);
    const facts = await update(customer, { id, expectedVersion: 3, items: [oranges] });
    expect(facts.userErrors).toMatchObject([{ code: 'INVALID_STATE', field: ['items'] }]);
    const notes = await update(customer, { id, expectedVersion: 3, notes: 'Dock 7' });
    expect(notes.userErrors).toEqual([]);
    await driveTo(scene, id, 'DELIVERED');
    const done = await update(customer, { id, expectedVersion: 8, notes: 'Too late' });
    expect(done.userErrors).toMatchObject([{ code: 'INVALID_STATE' }]);
  });

  test('others do not see it, and a driver has no say', async () => {
    const { id, version } = await create(scene);
    expect(await update(stranger, { id, expectedVersion: version, notes: 'x' })).toMatchObject({
      shipment: null,
      userErrors: [{ code: 'NOT_FOUND' }],
    });
    for (const wrong of [newId(), 'x', '\u0000', "' or true"]) {
      const { userErrors } = await update(customer, { id: wrong, expectedVersion: 1 });
      expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', field: ['id'] }]);
    }
  });

  test('after two changes in one request each answer shows its own state', async () => {
    const { id } = await create(scene);
    const { data } = await scene.ask(
      customer,
      `mutation($a: UpdateShipmentInput!, $b: BookShipmentInput!) {
        a: updateShipment(input: $a) { shipment { version notes events { to } } }
        b: bookShipment(input: $b) { shipment { version status events { to } } } }`,
      { a: { id, expectedVersion: 1, notes: 'n' }, b: { id, expectedVersion: 2 } },
    );
    expect(data).toEqual({
      a: { shipment: { version: 2, notes: 'n', events: [{ to: 'DRAFT' }] } },
      b: { shipment: { version: 3, status: 'BOOKED', events: [{ to: 'DRAFT' }, { to: 'BOOKED' }] } },
    });
  });

  test('booking twice is refused the second time', async () => {
    const { id } = await create(scene);
    const answers = await Promise.all([1, 2].map(() => change(scene, customer, 'bookShipment', { id })));
    expect(answers.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    expect(answers.every(({ shipment }) => shipment?.status === 'BOOKED')).toBe(true);
  });
});
