import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { type OnceScene, startOnceScene } from './once-scene.ts';

let scene: OnceScene;
beforeAll(async () => {
  scene = await startOnceScene();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});
beforeEach(() => {
  scene.received.length = 0;
});

const book = 'mutation Book($input: BookShipmentInput!) { bookShipment(input: $input) { shipment { id } } }';
const booking = { query: book, variables: { input: { shipmentId: '1' } } };

test('a repeated mutation gets the first response, byte for byte, on every gateway', async () => {
  const key = newId();
  const first = await scene.send(booking, { key });
  const again = await scene.send(booking, { key });
  const elsewhere = await scene.send(booking, { key, url: scene.urls[1] });
  expect(first).toMatchObject({ status: 200, replayed: false, json: { data: { bookShipment: { shipment: {} } } } });
  expect(again).toEqual({ ...first, replayed: true });
  expect(elsewhere).toEqual(again);
  expect(scene.received).toHaveLength(1);
});

test('a hundred requests at once over two gateways make one change and get one response', async () => {
  const key = newId();
  const release = scene.hold();
  const arrived = scene.arrival();
  const sent = Array.from({ length: 100 }, (_, index) =>
    scene.send(booking, { key, url: scene.urls[index % 2] ?? '' }),
  );
  await arrived;
  release();
  const answers = await Promise.all(sent);
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
  expect(scene.received).toHaveLength(1);
});
