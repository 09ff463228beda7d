import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import {
  admin,
  arrive,
  assigned,
  assignment,
  change,
  create,
  createClock,
  customer,
  dispatcher,
  driver,
  driverId,
  driveTo,
  inHours,
  now,
  openScene,
  organizationId,
  otherDriver,
  type Payload,
  partner,
  proof,
  type Shipments,
  type ShipmentView,
  stranger,
  vehicleId,
} from './scene.ts';

const clock = createClock();
let scene: Shipments;
beforeAll(async () => {
  scene = await openScene(clock.read);
});
afterAll(() => scene.close());

const advance = (as: typeof driver, input: object, selection?: string) =>
  change(scene, as, 'advanceShipment', input, selection);

describe('a shipment goes from draft to delivery', () => {
  test('each step is an event with actor, time and place, and sends a domain event', async () => {
    const { id } = await create(scene);
    await change(scene, customer, 'bookShipment', { shipmentId: id, expectedVersion: 1 });
    await arrive(scene, 'assignment.created', assignment(id, { accountId: dispatcher.accountId }));
    await scene.heard();

    const pickedUpAt = clock.read().toISOString();
    await advance(driver, { shipmentId: id, to: 'PICKED_UP' });
    clock.advance(60_000);
    await advance(driver, {
      shipmentId: id,
      to: 'IN_TRANSIT',
      location: { latitude: 41.9, longitude: -87.5 },
      place: 'Gary, IN',
    });
    await advance(driver, { shipmentId: id, to: 'OUT_FOR_DELIVERY', note: 'Gate 4' });
    const { shipment, userErrors } = await advance(
      driver,
      { shipmentId: id, to: 'DELIVERED', proofOfDelivery: { ...proof, note: 'One carton wet' } },
      `shipment { status version pickedUpAt deliveredAt late nextStatuses driver { id } vehicle { id }
         origin { arrivedAt } destination { arrivedAt }
         proofOfDelivery { recipientName signedAt signatureReference photoReference note location { latitude } recordedBy { id } }
         events { from to by { id } place location { latitude longitude } note } lastTwo: events(last: 2) { to } }`,
    );
    expect(userErrors).toEqual([]);
    const deliveredAt = clock.read().toISOString();
    const by = { id: driver.accountId };
    const desk = { place: null, location: null, note: null };
    expect(shipment).toEqual({
      status: 'DELIVERED',
      version: 7,
      pickedUpAt,
      deliveredAt,
      late: false,
      nextStatuses: [],
      driver: { id: driverId },
      vehicle: { id: vehicleId },
      origin: { arrivedAt: pickedUpAt },
      destination: { arrivedAt: deliveredAt },
      proofOfDelivery: {
        recipientName: 'Mary Okafor',
        signedAt: deliveredAt,
        signatureReference: 'POD-1',
        photoReference: null,
        note: 'One carton wet',
        location: { latitude: 43.6532 },
        recordedBy: by,
      },
      events: [
        { from: null, to: 'DRAFT', by: { id: customer.accountId }, ...desk },
        { from: 'DRAFT', to: 'BOOKED', by: { id: customer.accountId }, ...desk },
        { from: 'BOOKED', to: 'ASSIGNED', by: { id: dispatcher.accountId }, ...desk },
        {
          from: 'ASSIGNED',
          to: 'PICKED_UP',
          by,
          place: 'Chicago, IL',
          location: { latitude: 41.8781, longitude: -87.6298 },
          note: null,
        },
        {
          from: 'PICKED_UP',
          to: 'IN_TRANSIT',
          by,
          place: 'Gary, IN',
          location: { latitude: 41.9, longitude: -87.5 },
          note: null,
        },
        { from: 'IN_TRANSIT', to: 'OUT_FOR_DELIVERY', by, place: null, location: null, note: 'Gate 4' },
        {
          from: 'OUT_FOR_DELIVERY',
          to: 'DELIVERED',
          by,
          place: 'Toronto, ON',
          location: { latitude: 43.6532, longitude: -79.3832 },
          note: null,
        },
      ],
      lastTwo: [{ to: 'OUT_FOR_DELIVERY' }, { to: 'DELIVERED' }],
    });

    const heard = await scene.heard();
    expect(heard.map(({ name }) => name)).toEqual([
      'shipment.pickedUp',
      'shipment.inTransit',
      'shipment.outForDelivery',
      'shipment.delivered',
    ]);
    const step = { shipmentId: id, organizationId, driverId, vehicleId };
    expect(heard[0]?.payload).toEqual({ ...step, version: 4, at: pickedUpAt });
    expect(heard[3]?.payload).toEqual({
      ...step,
      version: 7,
      at: deliveredAt,
      onTime: true,
      deliverBy: inHours(24),
      pickedUpAt,
      createdAt: expect.any(String),
      distanceMeters: expect.any(Number),
    });
  });

  test('an exception is sent with its reason, and the shipment resumes', async () => {
    const { id } = await assigned(scene);
    await driveTo(scene, id, 'IN_TRANSIT');
    await scene.heard();
    const silent = await advance(driver, { shipmentId: id, to: 'EXCEPTION' });
    expect(silent.userErrors).toMatchObject([{ code: 'REASON_REQUIRED', field: ['note'] }]);
    const fallen = await advance(
      driver,
      { shipmentId: id, to: 'EXCEPTION', note: 'Flat tyre' },
      'shipment { status nextStatuses }',
    );
    expect(fallen.shipment).toEqual({ status: 'EXCEPTION', nextStatuses: ['PICKED_UP', 'IN_TRANSIT'] });
    const skipping = await advance(driver, { shipmentId: id, to: 'OUT_FOR_DELIVERY' });
    expect(skipping.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    const resumed = await advance(driver, { shipmentId: id, to: 'IN_TRANSIT', note: 'Tyre changed' });
    expect(resumed).toMatchObject({ shipment: { status: 'IN_TRANSIT' }, userErrors: [] });
    expect((await scene.heard()).map(({ name, payload }) => [name, payload['reason']])).toEqual([
      ['shipment.exception', 'Flat tyre'],
      ['shipment.inTransit', undefined],
    ]);
  });

  test('a driver who was offline reports the time of a step, which must be plausible', async () => {
    const { id } = await assigned(scene);
    clock.advance(3_600_000);
    const at = new Date(clock.read().getTime() - 1_800_000).toISOString();
    const { shipment } = await advance(
      driver,
      { shipmentId: id, to: 'PICKED_UP', at },
      'shipment { pickedUpAt events(last: 1) { at recordedAt } }',
    );
    expect(shipment).toEqual({ pickedUpAt: at, events: [{ at, recordedAt: clock.read().toISOString() }] });
    for (const wrong of [inHours(1_000), inHours(-1_000)]) {
      const { userErrors } = await advance(driver, { shipmentId: id, to: 'IN_TRANSIT', at: wrong });
      expect(userErrors).toMatchObject([{ code: 'INVALID_TIME', field: ['at'] }]);
    }
  });

  test('a delivery after the window is late', async () => {
    const { id } = await assigned(scene, lateWindows());
    await driveTo(scene, id, 'OUT_FOR_DELIVERY');
    clock.advance(3 * 3_600_000);
    const open = await scene.ask<{ shipment: ShipmentView }>(
      customer,
      'query($id: ID!) { shipment(id: $id) { late } }',
      { id },
    );
    expect(open.data).toEqual({ shipment: { late: true } });
    await scene.heard();
    const { shipment } = await advance(
      driver,
      { shipmentId: id, to: 'DELIVERED', proofOfDelivery: proof },
      'shipment { late }',
    );
    expect(shipment).toEqual({ late: true });
    expect((await scene.heard())[0]?.payload).toMatchObject({ onTime: false });
  });
});

/** A shipment whose delivery window ends two hours from now. */
function lateWindows() {
  const at = (hours: number) => new Date(clock.read().getTime() + hours * 3_600_000).toISOString();
  const place = {
    city: 'Gary',
    region: 'IN',
    country: 'US',
    location: { latitude: 41.59, longitude: -87.35 },
    timeZone: 'America/Chicago',
  };
  return {
    stops: [
      { ...place, windowStart: at(0), windowEnd: at(1) },
      { ...place, windowStart: at(1), windowEnd: at(2) },
    ],
  };
}

describe('a step', () => {
  const sydney = { latitude: -33.87, longitude: 151.21 };
  const gary = { latitude: 41.59, longitude: -87.35 };
  const doubts = 'shipment { status events(last: 4) { to doubtful } }';

  test('at a place where the vehicle cannot be is taken with a mark, and the next true place heals', async () => {
    const { id } = await assigned(scene);
    await advance(driver, { shipmentId: id, to: 'PICKED_UP', location: sydney });
    await advance(driver, { shipmentId: id, to: 'IN_TRANSIT', location: sydney });
    await advance(driver, { shipmentId: id, to: 'OUT_FOR_DELIVERY', location: gary });
    const { shipment } = await advance(
      driver,
      { shipmentId: id, to: 'DELIVERED', location: sydney, proofOfDelivery: proof },
      doubts,
    );
    expect(shipment).toEqual({
      status: 'DELIVERED',
      events: [
        { to: 'PICKED_UP', doubtful: true },
        { to: 'IN_TRANSIT', doubtful: true },
        { to: 'OUT_FOR_DELIVERY', doubtful: false },
        { to: 'DELIVERED', doubtful: true },
      ],
    });
  });

  test('is allowed for the assigned driver and dispatchers, and refused to the customer, other drivers and strangers', async () => {
    const { id } = await assigned(scene);
    // A customer lacks the scope. A driver of another load and strangers cannot see the shipment.
    const { errors } = await scene.ask(
      customer,
      'mutation($i: AdvanceShipmentInput!) { advanceShipment(input: $i) { userErrors { code } } }',
      {
        i: { shipmentId: id, to: 'PICKED_UP' },
      },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    const other = await advance(otherDriver, { shipmentId: id, to: 'PICKED_UP' });
    expect(other).toMatchObject({ shipment: null, userErrors: [{ code: 'NOT_FOUND', field: ['shipmentId'] }] });
    const { shipment } = await advance(dispatcher, { shipmentId: id, to: 'PICKED_UP' });
    expect(shipment).toMatchObject({ status: 'PICKED_UP' });
  });

  test('that the table does not have is refused, with the current shipment', async () => {
    const { id } = await create(scene, { book: true });
    const { shipment, userErrors } = await advance(dispatcher, { shipmentId: id, to: 'PICKED_UP' });
    expect(shipment).toMatchObject({ id, status: 'BOOKED' });
    expect(userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', message: expect.stringContaining('ASSIGNED, CANCELLED') },
    ]);
  });

  test('to DELIVERED requires a proof with a signature or a photo, and other steps refuse one', async () => {
    const { id } = await assigned(scene);
    const early = await advance(driver, { shipmentId: id, to: 'PICKED_UP', proofOfDelivery: proof });
    expect(early.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['proofOfDelivery'] }]);
    await driveTo(scene, id, 'OUT_FOR_DELIVERY');
    const none = await advance(driver, { shipmentId: id, to: 'DELIVERED' });
    expect(none.userErrors).toMatchObject([{ code: 'PROOF_REQUIRED', field: ['proofOfDelivery'] }]);
    const bare = await advance(driver, { shipmentId: id, to: 'DELIVERED', proofOfDelivery: { recipientName: 'Mary' } });
    expect(bare.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['proofOfDelivery'] }]);
  });
});

describe('cancelling', () => {
  test('is allowed for the shipper before the pickup, and sends the reason', async () => {
    const { id } = await assigned(scene);
    await scene.heard();
    const blank = await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: ' ' });
    expect(blank.userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['reason'] }]);
    const { shipment } = await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'Goods not ready' });
    expect(shipment).toMatchObject({ status: 'CANCELLED' });
    expect(await scene.heard()).toMatchObject([
      { name: 'shipment.cancelled', payload: { shipmentId: id, driverId, reason: 'Goods not ready' } },
    ]);
    const again = await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'Twice' });
    expect(again.userErrors).toMatchObject([
      { code: 'INVALID_TRANSITION', message: 'This shipment is already CANCELLED.' },
    ]);
    const booked = await change(scene, customer, 'bookShipment', { shipmentId: id });
    expect(booked.userErrors).toMatchObject([
      { message: "This shipment is CANCELLED, which is final. It can't become BOOKED." },
    ]);
  });

  test('is allowed after the pickup only for a dispatcher, and only from an exception', async () => {
    const { id } = await assigned(scene);
    await driveTo(scene, id, 'PICKED_UP');
    const rolling = await change(scene, dispatcher, 'cancelShipment', { shipmentId: id, reason: 'No' });
    expect(rolling.userErrors).toMatchObject([{ code: 'INVALID_TRANSITION' }]);
    await advance(driver, { shipmentId: id, to: 'EXCEPTION', note: 'Fire' });
    const shipper = await change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'No' });
    expect(shipper).toMatchObject({ shipment: { status: 'EXCEPTION' }, userErrors: [{ code: 'NOT_ALLOWED' }] });
    const { shipment } = await change(scene, dispatcher, 'cancelShipment', { shipmentId: id, reason: 'Total loss' });
    expect(shipment).toMatchObject({ status: 'CANCELLED' });
  });
});

describe('concurrent changes', () => {
  test('one of ten pickups succeeds', async () => {
    const { id } = await assigned(scene);
    const payloads = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        advance(index % 2 ? driver : dispatcher, { shipmentId: id, to: 'PICKED_UP' }),
      ),
    );
    expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
      Array(9).fill('INVALID_TRANSITION'),
    );
  });

  test('either a pickup or a cancellation succeeds', async () => {
    const { id } = await assigned(scene);
    const payloads = await Promise.all([
      advance(driver, { shipmentId: id, to: 'PICKED_UP' }),
      change(scene, customer, 'cancelShipment', { shipmentId: id, reason: 'Changed my mind' }),
    ]);
    expect(payloads.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  });
});

describe('events of the fleet subgraph', () => {
  const read = async (id: string) => {
    const { data } = await scene.ask<{ shipment: ShipmentView }>(
      admin,
      'query($id: ID!) { shipment(id: $id) { status version driver { id } vehicle { id } events(last: 1) { to by { id } note } } }',
      { id },
    );
    return data?.shipment;
  };

  test('assign and release the shipment, and a repeated event changes nothing', async () => {
    const { id } = await create(scene, { book: true });
    const held = assignment(id);
    await arrive(scene, 'assignment.created', held);
    await arrive(scene, 'assignment.created', held);
    expect(await read(id)).toMatchObject({
      status: 'ASSIGNED',
      version: 3,
      driver: { id: driverId },
      vehicle: { id: vehicleId },
    });
    const { assignmentId, shipmentId } = held;
    const release = {
      assignmentId,
      shipmentId,
      driverId,
      vehicleId,
      reason: 'Truck broke down',
      at: now.toISOString(),
      accountId: dispatcher.accountId,
    };
    await arrive(scene, 'assignment.released', release);
    await arrive(scene, 'assignment.released', release);
    expect(await read(id)).toEqual({
      status: 'BOOKED',
      version: 4,
      driver: null,
      vehicle: null,
      events: [{ to: 'BOOKED', by: { id: dispatcher.accountId }, note: 'Truck broke down' }],
    });
  });

  test('name nobody if no account took the step', async () => {
    const { id } = await assigned(scene);
    expect(await read(id)).toMatchObject({ events: [{ to: 'ASSIGNED', by: null }] });
  });

  test('that release an older assignment do not change the current one', async () => {
    const { id } = await create(scene, { book: true });
    await arrive(scene, 'assignment.created', assignment(id));
    await arrive(scene, 'assignment.released', {
      assignmentId: newId(),
      shipmentId: id,
      driverId,
      vehicleId,
      reason: 'Late news',
      at: now.toISOString(),
    });
    expect(await read(id)).toMatchObject({ status: 'ASSIGNED' });
  });

  test('replace the driver on the road, but do not change a finished or unknown shipment', async () => {
    const { id } = await assigned(scene);
    await driveTo(scene, id, 'IN_TRANSIT');
    const relay = newId();
    await arrive(scene, 'assignment.created', assignment(id, { driverId: relay }));
    expect(await read(id)).toMatchObject({ status: 'IN_TRANSIT', driver: { id: relay } });
    const old = await advance(driver, { shipmentId: id, to: 'OUT_FOR_DELIVERY' });
    expect(old.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);

    const done = await create(scene, { book: true });
    await change(scene, customer, 'cancelShipment', { shipmentId: done.id, reason: 'No' });
    await arrive(scene, 'assignment.created', assignment(done.id));
    expect(await read(done.id)).toMatchObject({ status: 'CANCELLED', driver: null });
    await arrive(scene, 'assignment.created', assignment(newId()));
  });
});

describe('ratings and comments', () => {
  const rate = (as: typeof customer, input: object) =>
    change<Payload & { rating: object | null }>(
      scene,
      as,
      'rateShipment',
      input,
      'shipment { rating { stars by { id } } } rating { stars comment }',
    );

  test('the customer rates a delivered shipment once, and shipment.rated is sent', async () => {
    const { id: shipmentId } = await assigned(scene);
    const early = await rate(customer, { shipmentId, stars: 5 });
    expect(early).toMatchObject({ rating: null, userErrors: [{ code: 'NOT_DELIVERED' }] });
    await driveTo(scene, shipmentId, 'DELIVERED');
    await scene.heard();
    for (const stars of [0, 6]) {
      expect((await rate(customer, { shipmentId, stars })).userErrors).toMatchObject([
        { code: 'INVALID_INPUT', field: ['stars'] },
      ]);
    }
    expect((await rate(stranger, { shipmentId, stars: 1 })).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await rate(admin, { shipmentId, stars: 1 })).userErrors).toMatchObject([{ code: 'NOT_ALLOWED' }]);
    const both = await Promise.all([5, 1].map((stars) => rate(customer, { shipmentId, stars, comment: 'Fine' })));
    expect(both.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    expect(both.flatMap(({ userErrors }) => userErrors)).toMatchObject([{ code: 'ALREADY_RATED' }]);
    const won = both.find(({ rating }) => rating);
    expect(won).toMatchObject({
      rating: { comment: 'Fine' },
      shipment: { rating: { by: { id: customer.accountId } } },
    });
    expect(await scene.heard()).toMatchObject([
      { name: 'shipment.rated', payload: { shipmentId, driverId, organizationId } },
    ]);
  });

  test('partners cannot rate', async () => {
    const { errors } = await scene.ask(
      partner,
      'mutation { rateShipment(input: { shipmentId: "x", stars: 5 }) { userErrors { code } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('callers who see a shipment write comments, and only staff read internal ones', async () => {
    const { id: shipmentId } = await assigned(scene);
    const say = (as: typeof customer, body: string, internal = false) => {
      clock.advance(1_000);
      return change<Payload & { comment: object | null }>(
        scene,
        as,
        'commentOnShipment',
        { shipmentId, body, internal },
        'comment { body internal author { id } }',
      );
    };
    expect(await say(customer, 'Ring at dock 4')).toMatchObject({
      comment: { body: 'Ring at dock 4', author: { id: customer.accountId } },
    });
    await say(driver, 'Will do');
    await say(dispatcher, 'This customer pays late', true);
    expect((await say(customer, 'psst', true)).userErrors).toMatchObject([
      { code: 'NOT_ALLOWED', field: ['internal'] },
    ]);
    expect((await say(stranger, 'hello')).userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
    expect((await say(customer, 'x'.repeat(4_001))).userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['body'] },
    ]);

    expect((await say(customer, ' \u200b ')).userErrors).toMatchObject([{ code: 'INVALID_INPUT', field: ['body'] }]);

    const thread = async (as: typeof customer, page = '') => {
      const { data } = await scene.ask<{
        shipment: { comments: { totalCount: number; nodes: { body: string }[]; pageInfo: Record<string, unknown> } };
      }>(
        as,
        `query($id: ID!) { shipment(id: $id) { comments${page} { totalCount nodes { body } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } } }`,
        { id: shipmentId },
      );
      const { totalCount, nodes, pageInfo } = data?.shipment.comments ?? { totalCount: -1, nodes: [], pageInfo: {} };
      return { totalCount, bodies: nodes.map(({ body }) => body), pageInfo };
    };
    const all = ['Ring at dock 4', 'Will do', 'This customer pays late'];
    expect(await thread(dispatcher)).toMatchObject({ totalCount: 3, bodies: all });
    for (const as of [customer, driver])
      expect(await thread(as)).toMatchObject({ totalCount: 2, bodies: all.slice(0, 2) });
    const first = await thread(dispatcher, '(first: 2)');
    expect(first).toMatchObject({ bodies: all.slice(0, 2), pageInfo: { hasNextPage: true } });
    expect(await thread(dispatcher, `(first: 2, after: "${first.pageInfo['endCursor']}")`)).toMatchObject({
      bodies: all.slice(2),
    });
    expect(await thread(dispatcher, '(last: 1)')).toMatchObject({
      bodies: all.slice(2),
      pageInfo: { hasPreviousPage: true },
    });
  });

  test('anonymous callers cannot comment', async () => {
    const { errors } = await scene.ask(
      anonymous,
      'mutation { commentOnShipment(input: { shipmentId: "x", body: "y" }) { userErrors { code } } }',
    );
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
