import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { change, create, customer, openScene, type Shipments, stranger } from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(async () => {
  await scene.heard();
});

const dryRun = true;

test('a dry run of a booking shows the booked shipment and changes nothing', async () => {
  const { id } = await create(scene);
  await scene.heard();
  const dry = await change(scene, customer, 'bookShipment', { shipmentId: id, expectedVersion: 1, dryRun });
  expect(dry).toMatchObject({ shipment: { id, status: 'BOOKED', version: 2 }, userErrors: [] });
  expect(await scene.heard()).toEqual([]);
  const { data } = await scene.ask(customer, 'query($id: ID!) { shipment(id: $id) { status version } }', { id });
  expect(data).toEqual({ shipment: { status: 'DRAFT', version: 1 } });
});

test('a dry run of a cancellation shows the cancelled shipment and changes nothing', async () => {
  const { id } = await create(scene);
  await scene.heard();
  const dry = await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'Sold out', dryRun });
  expect(dry).toMatchObject({ shipment: { status: 'CANCELLED' }, userErrors: [] });
  expect(await scene.heard()).toEqual([]);
  expect(await change(scene, customer, 'bookShipment', { shipmentId: id })).toMatchObject({
    shipment: { status: 'BOOKED' },
    userErrors: [],
  });
});

test('a dry run is refused as the change would be, and shows the shipment as it is', async () => {
  const { id } = await create(scene);
  await change(scene, customer, 'bookShipment', { shipmentId: id });
  expect(await change(scene, customer, 'bookShipment', { shipmentId: id, dryRun })).toMatchObject({
    shipment: { status: 'BOOKED', version: 2 },
    userErrors: [{ code: 'INVALID_TRANSITION' }],
  });
  expect(await change(scene, stranger, 'cancelShipment', { shipmentId: id, reason: 'Mine', dryRun })).toMatchObject({
    shipment: null,
    userErrors: [{ code: 'NOT_FOUND' }],
  });
});

test('a dry run does not use its idempotency key', async () => {
  const { id } = await create(scene);
  const input = { shipmentId: id, idempotencyKey: newId() };
  await change(scene, customer, 'bookShipment', { ...input, dryRun });
  expect(await change(scene, customer, 'bookShipment', input)).toMatchObject({ shipment: { status: 'BOOKED' } });
  expect(await change(scene, customer, 'bookShipment', { ...input, dryRun })).toMatchObject({
    userErrors: [{ code: 'INVALID_TRANSITION' }],
  });
});
