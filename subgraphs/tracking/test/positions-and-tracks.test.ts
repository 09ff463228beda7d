import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import {
  type Assigned,
  analyst,
  at,
  booked,
  chicago,
  customerOf,
  denver,
  dispatcher,
  driverOf,
  minutes,
  openScene,
  type Scene,
  step,
} from './scene.ts';

const query = `query W($r: [_Any!]!, $period: TimeRange) { _entities(representations: $r) {
  ... on Vehicle { position { recordedAt shipment { id } } track(period: $period) { ...line } }
  ... on Driver { position { recordedAt shipment { id } } track(period: $period) { ...line } }
  ... on Shipment { position { recordedAt vehicle { id } shipment { id } } track(period: $period) { ...line } eta { ...arrival } }
} }
fragment line on Track { recordedCount startedAt endedAt distanceMeters durationSeconds sampled points { recordedAt location { longitude } } }
fragment arrival on Eta { status unknownReason arrivesAt earliestAt latestAt remainingMeters speedMetersPerSecond basis computedAt }`;

interface Seen {
  readonly position: { recordedAt: string; shipment: { id: string } | null } | null;
  readonly track: {
    recordedCount: number;
    startedAt: string;
    endedAt: string;
    distanceMeters: number;
    points: readonly object[];
  } | null;
  readonly eta: {
    status: string;
    unknownReason: string | null;
    arrivesAt: string;
    basis: string;
    remainingMeters: number;
    speedMetersPerSecond: number;
  };
}

/** A place some kilometres west of Chicago, on the way to Denver. */
const west = (kilometers: number) => ({
  location: { latitude: chicago.latitude, longitude: chicago.longitude - kilometers / 82.8 },
});

describe('positions and tracks', () => {
  let scene: Scene;
  let load: Assigned;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.graph.close());

  // 12:00 assigned, 12:05 first position, 12:10 picked up, then west until 12:30; it is 12:31.
  beforeEach(async () => {
    scene.clock.now = minutes(31);
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    load = await scene.load({ vehicleId, driverId });
    await scene.receive('shipment.pickedUp', step(load, 10));
    await scene.report(dispatcher, [
      at(vehicleId, 300),
      ...Array.from({ length: 21 }, (_, minute) =>
        at(vehicleId, 600 + minute * 60, { ...west(minute * 1.5), speedMetersPerSecond: minute ? 25 : 0 }),
      ),
    ]);
  });

  async function see(as: Identity, type: 'Vehicle' | 'Driver' | 'Shipment', id: string, variables = {}): Promise<Seen> {
    const { data, errors } = await scene.graph.ask<{ _entities: Seen[] }>(as, query, {
      r: [{ __typename: type, id }],
      ...variables,
    });
    expect(errors).toEqual([]);
    const seen = data?._entities[0];
    if (!seen) throw new Error('no entity');
    return seen;
  }
  const last = '2026-03-02T12:30:00.000Z';
  const pickedUp = '2026-03-02T12:10:00.000Z';
  const deliver = (assigned: Assigned, atMinutes: number) =>
    scene.receive('shipment.delivered', {
      ...step(assigned, atMinutes),
      onTime: true,
      deliverBy: minutes(3_000).toISOString(),
      pickedUpAt: minutes(10).toISOString(),
      createdAt: minutes(0).toISOString(),
      distanceMeters: 1_620_000,
    });

  test('of vehicle, driver and shipment are the same for staff', async () => {
    for (const as of [dispatcher, analyst]) {
      const position = { recordedAt: last, shipment: { id: load.shipmentId } };
      const vehicle = await see(as, 'Vehicle', load.vehicleId);
      expect(vehicle).toMatchObject({ position, track: { recordedCount: 22, endedAt: last } });
      expect(await see(as, 'Driver', load.driverId)).toMatchObject({ position, track: { recordedCount: 22 } });
      expect(await see(as, 'Shipment', load.shipmentId)).toMatchObject({
        position,
        track: { recordedCount: 21, startedAt: pickedUp, endedAt: last },
      });
      expect((vehicle.track?.distanceMeters ?? 0) / 1000).toBeCloseTo(30, 0);
      expect(vehicle.track?.points.length).toBeLessThan(6);
    }
  });

  test('are visible to the customer from pickup to delivery only, and to no other customer', async () => {
    const customer = customerOf(load.organizationId);
    const own = { position: { recordedAt: last }, track: { recordedCount: 21, startedAt: pickedUp } };
    expect(await see(customer, 'Shipment', load.shipmentId)).toMatchObject({ ...own, eta: { status: 'ESTIMATED' } });
    expect(await see(customer, 'Vehicle', load.vehicleId)).toMatchObject(own);
    expect(await see(customer, 'Driver', load.driverId)).toMatchObject(own);

    const hidden = { position: null, track: null };
    const unknown = { status: 'UNKNOWN', unknownReason: 'NOT_ON_THE_ROAD' };
    const other = customerOf(newId());
    expect(await see(other, 'Shipment', load.shipmentId)).toMatchObject({ ...hidden, eta: unknown });
    expect(await see(other, 'Vehicle', load.vehicleId)).toMatchObject(hidden);
    expect(await see(other, 'Driver', load.driverId)).toMatchObject(hidden);

    await deliver(load, 30);
    expect(await see(customer, 'Shipment', load.shipmentId)).toMatchObject({ ...hidden, eta: unknown });
    expect(await see(customer, 'Vehicle', load.vehicleId)).toMatchObject(hidden);
    expect(await see(customer, 'Driver', load.driverId)).toMatchObject(hidden);
    expect(await see(dispatcher, 'Shipment', load.shipmentId)).toMatchObject({
      position: null,
      track: { recordedCount: 20, startedAt: pickedUp },
      eta: unknown,
    });
  });

  test('from before the pickup are hidden from the customer', async () => {
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    const next = await scene.load({ vehicleId, driverId });
    await scene.report(dispatcher, [at(vehicleId, 100), at(vehicleId, 900)]);
    const customer = customerOf(next.organizationId);
    expect(await see(customer, 'Vehicle', vehicleId)).toMatchObject({ position: null, track: null });
    // The load was picked up a moment ago, after the last position.
    await scene.receive('shipment.pickedUp', step(next, 20));
    expect(await see(customer, 'Vehicle', vehicleId)).toMatchObject({ position: null, track: null });
    expect(await see(customer, 'Shipment', next.shipmentId)).toMatchObject({
      position: null,
      eta: { status: 'UNKNOWN', unknownReason: 'NO_POSITION' },
    });
  });

  test('are visible to the driver who recorded them, and to no other driver', async () => {
    const me = driverOf(load.driverId);
    const own = { position: { recordedAt: last }, track: { recordedCount: 22 } };
    expect(await see(me, 'Driver', load.driverId)).toMatchObject(own);
    expect(await see(me, 'Vehicle', load.vehicleId)).toMatchObject(own);
    expect(await see(me, 'Shipment', load.shipmentId)).toMatchObject({ position: { recordedAt: last } });
    const colleague = driverOf(await scene.driver());
    for (const [type, id] of [
      ['Driver', load.driverId],
      ['Vehicle', load.vehicleId],
      ['Shipment', load.shipmentId],
    ] as const)
      expect(await see(colleague, type, id)).toMatchObject({ position: null, track: null });
  });

  test('follow a load from one vehicle to the next', async () => {
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    const { shipmentId, assignmentId, organizationId } = load;
    const released = { ...step(load, 25), assignmentId, reason: 'breakdown' };
    await scene.receive('assignment.released', {
      assignmentId,
      shipmentId,
      driverId: load.driverId,
      vehicleId: load.vehicleId,
      reason: released.reason,
      at: released.at,
    });
    await scene.receive('assignment.created', {
      assignmentId: newId(),
      shipmentId,
      organizationId,
      driverId,
      driverAccountId: null,
      vehicleId,
      from: minutes(26).toISOString(),
      until: minutes(3_000).toISOString(),
      at: minutes(26).toISOString(),
    });
    await scene.report(dispatcher, [at(vehicleId, 27 * 60, west(25)), at(vehicleId, 29 * 60, west(28))]);
    expect(await see(customerOf(organizationId), 'Shipment', shipmentId)).toMatchObject({
      position: { vehicle: { id: vehicleId }, recordedAt: '2026-03-02T12:29:00.000Z' },
      track: { recordedCount: 2 },
    });
    expect(await see(dispatcher, 'Shipment', shipmentId)).toMatchObject({ track: { recordedCount: 17 } });
  });

  test('of a period contain what was recorded in it', async () => {
    const period = { from: minutes(12), until: minutes(15) };
    expect(await see(dispatcher, 'Vehicle', load.vehicleId, { period })).toMatchObject({
      track: { recordedCount: 3, startedAt: '2026-03-02T12:12:00.000Z', endedAt: '2026-03-02T12:14:00.000Z' },
    });
    expect(await see(dispatcher, 'Shipment', load.shipmentId, { period })).toMatchObject({
      track: { recordedCount: 3 },
    });
    const earlier = { from: minutes(-90), until: minutes(-60) };
    expect(await see(dispatcher, 'Driver', load.driverId, { period: earlier })).toMatchObject({ track: null });
  });

  test('take the deprecated arguments `from` and `to` beside an equal or open end of the period', async () => {
    const counts = async (args: string) => {
      const { data } = await scene.graph.ask<{ _entities: [{ track: { recordedCount: number } }] }>(
        dispatcher,
        `query($r: [_Any!]!) { _entities(representations: $r) { ... on Vehicle { track(${args}) { recordedCount } } } }`,
        { r: [{ __typename: 'Vehicle', id: load.vehicleId }] },
      );
      return data?._entities[0].track.recordedCount;
    };
    expect(await counts('from: "2026-03-02T12:12:00Z", to: "2026-03-02T12:15:00Z"')).toBe(3);
    expect(await counts('from: "2026-03-02T12:12:00Z", period: { until: "2026-03-02T12:15:00Z" }')).toBe(3);
    expect(
      await counts(
        'from: "2026-03-02T12:12:00Z", to: "2026-03-02T12:15:00Z", period: { from: "2026-03-02T12:12:00.000Z" }',
      ),
    ).toBe(3);
  });

  test('have at most the requested number of points, including the first and the last', async () => {
    const track = async (args: string) => {
      const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Vehicle { track(toleranceMeters: 0${args}) { points { recordedAt } startedAt endedAt } } } }`;
      const r = [{ __typename: 'Vehicle', id: load.vehicleId }];
      const { data } = await scene.graph.ask<{
        _entities: [{ track: { points: { recordedAt: string }[]; startedAt: string; endedAt: string } }];
      }>(dispatcher, query, { r });
      return data!._entities[0].track;
    };
    expect((await track('')).points.length).toBeGreaterThan(2);
    const { points, startedAt, endedAt } = await track(', maxPoints: 2');
    expect(points.map(({ recordedAt }) => recordedAt)).toEqual([startedAt, endedAt]);
  });

  test.each([
    ['fewer points than a line has', 'track(maxPoints: 1)'],
    ['more points than a track has', 'track(maxPoints: 1001)'],
    ['a negative tolerance', 'track(toleranceMeters: -1)'],
    ['a tolerance that is too large', 'track(toleranceMeters: 1e9)'],
    [
      'a period that ends before it starts',
      'track(period: { from: "2026-03-02T12:00:00Z", until: "2026-03-01T12:00:00Z" })',
    ],
    ['two starts', 'track(from: "2026-03-02T12:00:00Z", period: { from: "2026-03-02T12:12:00Z" })'],
    ['two ends', 'track(to: "2026-03-02T12:00:00Z", period: { until: "2026-03-02T12:12:00Z" })'],
    ['a period of months', 'track(period: { from: "2025-03-02T12:00:00Z", until: "2026-03-01T12:00:00Z" })'],
  ])('refuse %s', async (_what, field) => {
    const { data, errors } = await scene.graph.ask(
      dispatcher,
      `query($r: [_Any!]!) { _entities(representations: $r) { ... on Vehicle { ${field} { recordedCount } } } }`,
      { r: [{ __typename: 'Vehicle', id: load.vehicleId }] },
    );
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(data).toEqual({ _entities: [{ track: null }] });
  });

  test('need a signed-in account', async () => {
    const { errors } = await scene.graph.ask(
      anonymous,
      'query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { position { recordedAt } eta { status } } } }',
      { r: [{ __typename: 'Shipment', id: load.shipmentId }] },
    );
    expect(errors.map(({ extensions }) => extensions?.['code'])).toEqual(['UNAUTHENTICATED', 'UNAUTHENTICATED']);
  });

  test('of invalid ids are null', async () => {
    for (const id of ['x', 'x\u0000', newId()])
      expect(await see(dispatcher, 'Shipment', id)).toMatchObject({ position: null, track: null });
  });

  test('come with an arrival and its basis', async () => {
    const { eta } = await see(dispatcher, 'Shipment', load.shipmentId);
    expect(eta).toMatchObject({
      status: 'ESTIMATED',
      unknownReason: null,
      basis: 'RECENT_SPEED',
      speedMetersPerSecond: 25,
      computedAt: '2026-03-02T12:31:00.000Z',
    });
    expect(eta.remainingMeters / 1000).toBeCloseTo(1_585, -2);
    scene.clock.now = minutes(31 + 6 * 60);
    const silent = await see(dispatcher, 'Shipment', load.shipmentId);
    expect(silent.eta).toMatchObject({ status: 'UNKNOWN', unknownReason: 'STALE_POSITION', arrivesAt: null });
  });

  test('give a speed even if the device reports none', async () => {
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    const silent = await scene.load({ vehicleId, driverId });
    await scene.receive('shipment.pickedUp', step(silent, 1));
    // 1.5 km per minute.
    const positions = Array.from({ length: 20 }, (_, minute) => at(vehicleId, 60 + minute * 60, west(minute * 1.5)));
    await scene.report(dispatcher, positions.slice(0, 5));
    expect((await see(dispatcher, 'Shipment', silent.shipmentId)).eta).toMatchObject({ basis: 'LANE_DEFAULT' });
    await scene.report(dispatcher, positions.slice(5));
    const { eta } = await see(dispatcher, 'Shipment', silent.shipmentId);
    expect(eta).toMatchObject({ basis: 'RECENT_SPEED' });
    expect(eta.speedMetersPerSecond).toBeCloseTo(25, 0);
  });

  test('of many owners take as many statements as of one', async () => {
    const loads: Assigned[] = [load];
    for (let count = 0; count < 11; count++) {
      const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
      const another = await scene.load({ vehicleId, driverId, organizationId: load.organizationId });
      await scene.receive('shipment.pickedUp', step(another, 10));
      await scene.report(dispatcher, [at(vehicleId, 700), at(vehicleId, 800, west(3))]);
      loads.push(another);
    }
    const representations = (some: readonly Assigned[]) =>
      some.flatMap(({ shipmentId, vehicleId, driverId }) => [
        { __typename: 'Shipment', id: shipmentId },
        { __typename: 'Vehicle', id: vehicleId },
        { __typename: 'Driver', id: driverId },
      ]);
    const { statements } = scene.graph.services.database;
    for (const as of [dispatcher, customerOf(load.organizationId)]) {
      const costs: number[] = [];
      for (const some of [loads.slice(0, 1), loads]) {
        const before = statements();
        const { data, errors } = await scene.graph.ask<{ _entities: Seen[] }>(as, query, { r: representations(some) });
        expect(errors).toEqual([]);
        expect(data?._entities.every(({ position, track }) => position && track)).toBe(true);
        costs.push(statements() - before);
      }
      expect(costs[1]).toBe(costs[0]);
    }
  });

  test('within bounds are listed page by page', async () => {
    const map = `query($within: GeoBoundsInput, $first: Int, $after: String, $last: Int, $before: String) {
      vehiclePositions(within: $within, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { vehicle { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
    interface Page {
      vehiclePositions: {
        totalCount: number;
        nodes: { vehicle: { id: string } }[];
        pageInfo: { hasNextPage: boolean; startCursor: string; endCursor: string };
      };
    }
    const fiji = await scene.vehicle();
    await scene.report(dispatcher, [at(fiji, 60, { location: { latitude: -17, longitude: -179.5 } })]);
    const ask = async (as: Identity, variables: object) =>
      (await scene.graph.ask<Page>(as, map, { ...variables })).data?.vehiclePositions;
    expect(await ask(dispatcher, { within: { south: -20, west: 176, north: -15, east: -178 } })).toMatchObject({
      totalCount: 1,
      nodes: [{ vehicle: { id: fiji } }],
    });
    expect(await ask(dispatcher, { within: { south: 0, west: 0, north: 1, east: 1 } })).toMatchObject({ nodes: [] });
    expect(await ask(customerOf(load.organizationId), {})).toMatchObject({ totalCount: 1 });
    expect(await ask(driverOf(load.driverId), {})).toMatchObject({ nodes: [{ vehicle: { id: load.vehicleId } }] });
    const first = await ask(dispatcher, { first: 1 });
    const second = await ask(dispatcher, { first: 1, after: first?.pageInfo.endCursor });
    expect(second?.nodes).not.toEqual(first?.nodes);
    const back = await ask(dispatcher, { last: 1, before: second?.pageInfo.startCursor });
    expect(back?.nodes).toEqual(first?.nodes);
    const wrong = await scene.graph.ask(dispatcher, map, { within: { south: 5, west: 0, north: 1, east: 1 } });
    expect(wrong.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    const cursor = await scene.graph.ask(dispatcher, map, { after: 'WyJ4Il0' });
    expect(cursor.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('are right even if events arrive twice, late and out of order', async () => {
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    const assigned: Assigned = {
      shipmentId: newId(),
      assignmentId: newId(),
      organizationId: newId(),
      driverId,
      vehicleId,
    };
    await scene.report(dispatcher, [at(vehicleId, 660), at(vehicleId, 720)]);
    // The end arrives first, the booking last, and each event twice.
    const events: (() => Promise<void>)[] = [
      () => scene.receive('shipment.inTransit', step(assigned, 12)),
      () => scene.receive('shipment.pickedUp', step(assigned, 11)),
      () =>
        scene.receive('assignment.created', {
          ...assigned,
          driverAccountId: null,
          from: minutes(5).toISOString(),
          until: minutes(900).toISOString(),
          at: minutes(1).toISOString(),
        }),
    ];
    for (const receive of [...events, ...events]) await receive();
    expect(await see(dispatcher, 'Shipment', assigned.shipmentId)).toMatchObject({
      position: { recordedAt: '2026-03-02T12:12:00.000Z' },
      track: { recordedCount: 2 },
      eta: { status: 'UNKNOWN', unknownReason: 'NO_DESTINATION' },
    });
    await scene.receive('shipment.booked', booked(assigned));
    await scene.receive('shipment.booked', {
      ...booked(assigned),
      version: 1,
      destination: { ...booked(assigned).destination, ...chicago },
    });
    const { eta } = await see(dispatcher, 'Shipment', assigned.shipmentId);
    expect(eta.remainingMeters).toBeGreaterThan(1_500_000);
    await deliver(assigned, 29);
    await deliver(assigned, 29);
    await scene.receive('shipment.outForDelivery', step(assigned, 28));
    expect(await see(dispatcher, 'Shipment', assigned.shipmentId)).toMatchObject({ position: null });
  });

  test('end when an assignment is released, even if the release arrives first', async () => {
    const [vehicleId, driverId] = [await scene.vehicle(), await scene.driver()];
    const assigned: Assigned = {
      shipmentId: newId(),
      assignmentId: newId(),
      organizationId: newId(),
      driverId,
      vehicleId,
    };
    const { shipmentId, assignmentId } = assigned;
    await scene.receive('assignment.released', {
      assignmentId,
      shipmentId,
      driverId,
      vehicleId,
      reason: 'other truck',
      at: minutes(3).toISOString(),
    });
    await scene.receive('assignment.created', {
      ...assigned,
      driverAccountId: null,
      from: minutes(5).toISOString(),
      until: minutes(900).toISOString(),
      at: minutes(1).toISOString(),
    });
    await scene.receive('shipment.pickedUp', step(assigned, 11));
    await scene.report(dispatcher, [at(vehicleId, 660, { location: denver })]);
    expect(await see(dispatcher, 'Shipment', shipmentId)).toMatchObject({ position: null, track: null });
  });
});
