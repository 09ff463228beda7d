import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import {
  assigned,
  change,
  create,
  customer,
  dispatcher,
  driver,
  driveTo,
  openScene,
  type Payload,
  type Shipments,
} from './scene.ts';

let scene: Shipments;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());

interface Commented extends Payload {
  readonly comment: { readonly id: string; readonly body: string } | null;
}

describe('a change of a shipment runs once per idempotency key', () => {
  const comment = (input: object, as = customer) =>
    change<Commented>(scene, as, 'commentOnShipment', input, 'comment { id body }');
  const commentsOf = async (id: string) => {
    const query = 'query($id: ID!) { shipment(id: $id) { comments { totalCount } } }';
    const { data } = await scene.ask<{ shipment: { comments: { totalCount: number } } }>(customer, query, { id });
    return data?.shipment.comments.totalCount;
  };

  test('a comment that is sent 20 times at once is written once', async () => {
    const { id } = await create(scene);
    const input = { shipmentId: id, body: 'Gate 4', idempotencyKey: newId() };
    const payloads = await Promise.all(Array.from({ length: 20 }, () => comment(input)));
    expect(new Set(payloads.map(({ comment: written }) => written?.id)).size).toBe(1);
    expect(payloads[0]).toMatchObject({ comment: { body: 'Gate 4' }, userErrors: [] });
    expect(await commentsOf(id)).toBe(1);
  });

  test('the same key with another comment is refused, but another account may use it', async () => {
    const { id } = await create(scene);
    const input = { shipmentId: id, body: 'Gate 4', idempotencyKey: newId() };
    await comment(input);
    expect(await comment({ ...input, body: 'Gate 5' })).toMatchObject({
      comment: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] }],
    });
    await comment(input, dispatcher);
    expect(await commentsOf(id)).toBe(2);
  });

  test('comments without a key are written each time, and an invalid key is refused', async () => {
    const { id } = await create(scene);
    await comment({ shipmentId: id, body: 'Gate 4' });
    await comment({ shipmentId: id, body: 'Gate 4' });
    expect(await commentsOf(id)).toBe(2);
    expect((await comment({ shipmentId: id, body: 'Gate 4', idempotencyKey: 'short' })).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['idempotencyKey'] },
    ]);
  });

  test('a repeated step returns the result of the first call, even if the shipment has advanced', async () => {
    const { id } = await assigned(scene);
    const step = { shipmentId: id, to: 'PICKED_UP', idempotencyKey: newId() };
    await change(scene, driver, 'advanceShipment', step);
    await change(scene, driver, 'advanceShipment', { shipmentId: id, to: 'IN_TRANSIT' });
    expect(await change(scene, driver, 'advanceShipment', step)).toMatchObject({
      shipment: { status: 'IN_TRANSIT' },
      userErrors: [],
    });
  });

  test('a booking, a cancellation and a rating run once', async () => {
    const { id } = await create(scene);
    const book = { shipmentId: id, idempotencyKey: newId() };
    const cancel = { shipmentId: id, reason: 'No longer needed', idempotencyKey: newId() };
    for (const [name, input] of [
      ['bookShipment', book],
      ['bookShipment', book],
      ['cancelShipment', cancel],
      ['cancelShipment', cancel],
    ] as const) {
      expect((await change(scene, customer, name, input)).userErrors).toEqual([]);
    }
    const delivered = await assigned(scene);
    await driveTo(scene, delivered.id, 'DELIVERED');
    const rating = { shipmentId: delivered.id, stars: 5, idempotencyKey: newId() };
    await change(scene, customer, 'rateShipment', rating);
    expect((await change(scene, customer, 'rateShipment', rating)).userErrors).toEqual([]);
  });
});
