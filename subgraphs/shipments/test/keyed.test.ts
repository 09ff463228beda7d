import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import {
  admin,
  assigned,
  change,
  create,
  customer,
  dispatcher,
  driver,
  driveTo,
  openScene,
  organizationId,
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

interface Rated extends Payload {
  readonly rating: { readonly stars: number; readonly comment: string | null } | null;
}

interface Imported {
  readonly imported: number;
  readonly alreadyImported: number;
  readonly refusals: readonly object[];
  readonly userErrors: readonly object[];
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

  test('a booking and a cancellation run once', async () => {
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
  });

  test('a rating that is sent 20 times at once is given once, and the driver gets it once', async () => {
    const { id } = await assigned(scene);
    await driveTo(scene, id, 'DELIVERED');
    await scene.heard();
    const rating = { shipmentId: id, stars: 5, comment: 'On time', idempotencyKey: newId() };
    const rate = (input: object) =>
      change<Rated>(scene, customer, 'rateShipment', input, 'shipment { version } rating { stars comment }');
    const payloads = await Promise.all(Array.from({ length: 20 }, () => rate(rating)));
    for (const payload of payloads)
      expect(payload).toEqual({
        shipment: { version: 7 },
        rating: { stars: 5, comment: 'On time' },
        userErrors: [],
      });
    expect(await scene.heard()).toMatchObject([{ name: 'shipment.rated', payload: { shipmentId: id, stars: 5 } }]);
    expect((await rate({ ...rating, stars: 1 })).userErrors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
    const { idempotencyKey: _key, ...unkeyed } = rating;
    expect((await rate(unkeyed)).userErrors).toMatchObject([{ code: 'ALREADY_RATED' }]);
  });
});

describe('an import', () => {
  const row = (key: string, changes: object = {}) => ({
    line: 2,
    sourceReference: key,
    reference: `KEYED-${key}`,
    createdAt: '2025-01-01T00:00:00Z',
    deliveredAt: '2025-01-05T00:00:00Z',
    item: { description: 'Lamps', commodity: 'Lamps', quantity: 1 },
    values: [key],
    ...changes,
  });
  const send = (rows: object[], changes: object = {}) =>
    change<Imported>(
      scene,
      admin,
      'importShipments',
      { source: 'KEYED', file: 'keyed.csv', organizationId, columns: ['no'], rows, ...changes },
      'imported alreadyImported refusals { line code field }',
    );
  const countOf = async (search: string) => {
    const query = 'query($search: String) { shipments(filter: { search: $search }) { totalCount } }';
    const { data } = await scene.ask<{ shipments: { totalCount: number } }>(admin, query, { search });
    return data?.shipments.totalCount;
  };
  beforeAll(() =>
    scene.services.database.fork().execute(`insert into known_organization values ('${organizationId}', '')`),
  );

  test('that is sent several times at once with its key has one effect and one result', async () => {
    const idempotencyKey = newId();
    const rows = [row('a'), row('b'), row('', { line: 4 })];
    const result = {
      imported: 2,
      alreadyImported: 0,
      refusals: [{ line: 4, code: 'INVALID_INPUT', field: 'sourceReference' }],
      userErrors: [],
    };
    const payloads = await Promise.all(Array.from({ length: 5 }, () => send(rows, { idempotencyKey })));
    expect(payloads).toEqual(Array(5).fill(result));
    expect(await countOf('KEYED')).toBe(2);
    expect(await send(rows)).toMatchObject({ imported: 0, alreadyImported: 2 });
    expect(await send([row('c')], { idempotencyKey })).toEqual({
      imported: 0,
      alreadyImported: 0,
      refusals: [],
      userErrors: [expect.objectContaining({ code: 'IDEMPOTENCY_KEY_REUSED', field: ['idempotencyKey'] })],
    });
  });

  test('keeps no text of the rows with its key, and refuses them with the same texts again', async () => {
    const email = 'ada@keyed.test';
    const rows = [
      row(email, { line: 1 }),
      row(`2 ${email}`, { line: 2 }),
      row(`3 ${email}`, { line: 3, item: { description: email, commodity: email, quantity: -1 } }),
      row(email, { line: 4, notes: email }),
      row(`5 ${email}`, { line: 4, reference: `KEYED-${email}` }),
    ];
    const input = { source: 'KEYED', file: 'keyed.csv', organizationId, columns: ['no'], rows };
    const selection = 'imported refusals { line sourceReference code message }';
    const idempotencyKey = newId();
    const sent = () => change<Imported>(scene, admin, 'importShipments', { ...input, idempotencyKey }, selection);
    const first = await sent();
    expect(first.refusals).toMatchObject([
      { line: 3, sourceReference: `3 ${email}`, code: 'INVALID_INPUT' },
      { line: 4, sourceReference: email, code: 'CHANGED' },
      { line: 4, sourceReference: `5 ${email}`, code: 'REFERENCE_TAKEN' },
    ]);
    expect(await sent()).toEqual(first);
    const [kept] = await scene.services.database
      .fork()
      .execute<{ text: string }[]>('select outcome::text as text from keyed_call where key = ?', [idempotencyKey]);
    expect(kept?.text).toContain('"refusals":[{');
    expect(kept?.text).not.toContain('ada');
  });

  test('tells by a code of the one table why it refuses a row', async () => {
    await send([row('1')]);
    const rows = [
      row('1', { line: 2, notes: 'other' }),
      row('2', { line: 3, reference: 'keyed 1' }),
      row('2', { line: 4, reference: 'KEYED-1' }),
      row('3', { line: 5, deliveredAt: '2024-12-31T00:00:00Z' }),
      row('4', { line: 6, values: [] }),
    ];
    expect((await send(rows)).refusals).toEqual([
      { line: 2, code: 'CHANGED', field: null },
      { line: 4, code: 'CHANGED', field: null },
      { line: 5, code: 'INVALID_TIME', field: 'deliveredAt' },
      { line: 6, code: 'INVALID_INPUT', field: 'values' },
    ]);
    expect((await send([row('5', { reference: 'keyed-1' })])).refusals).toEqual([
      { line: 2, code: 'REFERENCE_TAKEN', field: 'reference' },
    ]);
    const { data } = await scene.ask(
      admin,
      '{ __type(name: "ImportRefusal") { fields { name type { ofType { name } } } } }',
    );
    expect(data).toMatchObject({
      __type: { fields: expect.arrayContaining([{ name: 'code', type: { ofType: { name: 'UserErrorCode' } } }]) },
    });
  });
});
