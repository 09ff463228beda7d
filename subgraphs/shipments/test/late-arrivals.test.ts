import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import {
  arrive,
  assigned,
  change,
  chicago,
  create,
  createClock,
  customer,
  dispatcher,
  driver,
  driveTo,
  inHours,
  openScene,
  type Shipments,
  stranger,
  toronto,
} from './scene.ts';

const clock = createClock();
let scene: Shipments;
beforeAll(async () => {
  scene = await openScene(clock.read);
});
afterAll(() => scene.close());

interface Page {
  totalCount: number;
  nodes: { id: string }[];
  pageInfo: { endCursor: string };
}

async function list(filter: object, as = dispatcher, page: object = {}): Promise<Page> {
  const { data, errors } = await scene.ask<{ shipments: Page }>(
    as,
    `query($filter: ShipmentFilter, $first: Int, $after: String) {
      shipments(filter: $filter, first: $first, after: $after, orderBy: DELIVERY_SOONEST) {
        totalCount nodes { id } pageInfo { endCursor } } }`,
    { filter, ...page },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.shipments;
}
const idsOf = async (filter: object, as = dispatcher) => (await list(filter, as)).nodes.map(({ id }) => id);

/** Tracking's estimate, made from a position of that hour. The delivery window of a load ends at hour 24. */
const estimate = (id: string, latest: number, at = 0) =>
  arrive(scene, 'arrivals.estimated', {
    at: inHours(at),
    arrivals: [{ shipmentId: id, arrivesAt: inHours(latest - 2), latestAt: inHours(latest), at: inHours(at) }],
  });

/** A load on the road. */
async function underway(changes: Record<string, unknown> = {}): Promise<string> {
  const { id } = await assigned(scene, changes);
  await driveTo(scene, id, 'IN_TRANSIT');
  return id;
}

describe('a dispatcher asks which loads will be late', () => {
  test('those whose estimated arrival may be after the delivery window', async () => {
    const id = await underway();
    const only = { ids: [id] };
    expect(await idsOf({ ...only, willBeLate: true })).toEqual([]);
    expect(await idsOf({ ...only, willBeLate: false })).toEqual([id]);
    await estimate(id, 24);
    expect(await idsOf({ ...only, willBeLate: true })).toEqual([]);
    await estimate(id, 25, 0.1);
    expect(await idsOf({ ...only, willBeLate: true })).toEqual([id]);
    expect(await idsOf({ ...only, willBeLate: false })).toEqual([]);
    expect(await idsOf({ ...only, willBeLate: true, late: false })).toEqual([id]);
  });

  test('the newest position counts, in whatever order events arrive, once or twice', async () => {
    const id = await underway();
    const only = { ids: [id], willBeLate: true };
    await estimate(id, 26, 0.2);
    await estimate(id, 20, 0.1);
    expect(await idsOf(only)).toEqual([id]);
    await estimate(id, 20, 0.3);
    await estimate(id, 26, 0.2);
    expect(await idsOf(only)).toEqual([]);
  });

  test('a load before its pickup, and one that is delivered or cancelled, has no estimate', async () => {
    const [waiting, delivered, cancelled] = [(await assigned(scene)).id, await underway(), await underway()];
    await estimate(waiting, 30);
    await estimate(delivered, 30);
    await estimate(cancelled, 30);
    const only = { ids: [waiting, delivered, cancelled], willBeLate: true };
    expect((await idsOf(only)).toSorted()).toEqual([delivered, cancelled].toSorted());
    for (const to of ['OUT_FOR_DELIVERY', 'DELIVERED'])
      await change(scene, driver, 'advanceShipment', {
        shipmentId: delivered,
        to,
        ...(to === 'DELIVERED' && { proofOfDelivery: { recipientName: 'Mary Okafor', signatureReference: 'POD-1' } }),
      });
    await change(scene, driver, 'advanceShipment', { shipmentId: cancelled, to: 'EXCEPTION', note: 'Truck burnt out' });
    expect(await idsOf(only)).toEqual([cancelled]);
    await change(scene, dispatcher, 'cancelShipment', { shipmentId: cancelled, reason: 'Goods lost' });
    await estimate(delivered, 31, 0.5); // late in the queue
    await estimate(cancelled, 31, 0.5);
    expect(await idsOf(only)).toEqual([]);
    const { database } = scene.services;
    const kept = await database
      .fork()
      .execute('select shipment_id from arrival_estimate where shipment_id = any(?)', [
        `{${[waiting, delivered, cancelled].join(',')}}`,
      ]);
    expect(kept).toEqual([]);
  });

  test('with other filters, in pages, and each caller among the own shipments', async () => {
    const item = { ...toronto, city: 'Ottawa' };
    const late = [];
    for (let hour = 0; hour < 3; hour++) {
      const stops = [chicago, { ...item, windowEnd: inHours(21 + hour) }];
      late.push(await underway({ stops }));
    }
    for (const id of late) await estimate(id, 25);
    const onTime = await underway({ stops: [chicago, item] });
    await estimate(onTime, 22);
    const filter = { willBeLate: true, destination: { city: 'ottawa' } };
    const first = await list(filter, dispatcher, { first: 2 });
    expect(first).toMatchObject({ totalCount: 3, nodes: late.slice(0, 2).map((id) => ({ id })) });
    const second = await list(filter, dispatcher, { first: 2, after: first.pageInfo.endCursor });
    expect(second.nodes).toEqual([{ id: late[2] }]);
    expect(await idsOf({ ...filter, willBeLate: false })).toEqual([onTime]);
    expect(await idsOf({ ...filter, statuses: ['EXCEPTION'] })).toEqual([]);
    expect(await idsOf(filter, customer)).toEqual(late);
    expect(await idsOf(filter, stranger)).toEqual([]);
    const { data } = await scene.ask<{ _entities: { deliveries: Page }[] }>(
      dispatcher,
      `query($r: [_Any!]!, $filter: ShipmentFilter) { _entities(representations: $r) {
        ... on Driver { deliveries(filter: $filter) { totalCount } } } }`,
      {
        r: [
          { __typename: 'Driver', id: driver.driverId },
          { __typename: 'Driver', id: newId() },
        ],
        filter,
      },
    );
    expect(data?._entities).toEqual([{ deliveries: { totalCount: 3 } }, { deliveries: { totalCount: 0 } }]);
  });

  test('an estimate counts for six hours, and an order past its window will be late without one', async () => {
    const id = await underway();
    const { id: booked } = await create(scene, { book: true });
    const { id: draft } = await create(scene);
    const only = { ids: [id, booked, draft], willBeLate: true };
    await estimate(id, 30);
    expect(await idsOf(only)).toEqual([id]);
    clock.advance(6 * 3_600_000);
    expect(await idsOf(only)).toEqual([]);
    clock.advance(19 * 3_600_000);
    expect((await idsOf(only)).toSorted()).toEqual([id, booked].toSorted());
    expect(await idsOf({ ...only, willBeLate: false })).toEqual([draft]);
  });
});
