import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { arrive, assignment, change, create, customer, driver, openScene, type Shipments, stranger } from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

test('the deprecated id of the shipment still names it', async () => {
  const { id } = await create(scene);
  const { shipment } = await change(scene, customer, 'updateShipment', { id, expectedVersion: 1, notes: 'Gate 4' });
  expect(shipment).toMatchObject({ id, version: 2 });
  await change(scene, customer, 'bookShipment', { id });
  await arrive(scene, 'assignment.created', assignment(id));
  const advanced = await change(scene, driver, 'advanceShipment', { id, to: 'PICKED_UP' });
  expect(advanced).toMatchObject({ shipment: { id, status: 'PICKED_UP' }, userErrors: [] });
  const other = await create(scene);
  const cancelled = await change(scene, customer, 'cancelShipment', { id: other.id, reason: 'Sold' });
  expect(cancelled).toMatchObject({ shipment: { id: other.id, status: 'CANCELLED' }, userErrors: [] });
});

test('a repeated call may use either name', async () => {
  const { id } = await create(scene);
  const idempotencyKey = newId();
  for (const name of ['id', 'shipmentId'])
    expect(await change(scene, customer, 'bookShipment', { [name]: id, idempotencyKey })).toMatchObject({
      shipment: { id, version: 2 },
      userErrors: [],
    });
});

test('no name, and two names of different shipments, are refused', async () => {
  const { id } = await create(scene);
  expect(await change(scene, customer, 'bookShipment', {})).toEqual({
    shipment: null,
    userErrors: [{ code: 'INVALID_INPUT', field: ['shipmentId'], message: 'Must be given.' }],
  });
  expect(await change(scene, customer, 'bookShipment', { id, shipmentId: newId() })).toEqual({
    shipment: null,
    userErrors: [
      { code: 'INVALID_INPUT', field: ['id'], message: 'Differs from `shipmentId`. Give only `shipmentId`.' },
    ],
  });
});

test('refusals name the field by its new name', async () => {
  const { id } = await create(scene);
  expect(await change(scene, stranger, 'bookShipment', { id })).toMatchObject({
    shipment: null,
    userErrors: [{ code: 'NOT_FOUND', field: ['shipmentId'] }],
  });
});
