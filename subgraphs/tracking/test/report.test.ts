import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { deleteOldPositions } from '../store/old-positions.ts';
import {
  analyst,
  at,
  chicago,
  customerOf,
  dispatcher,
  driverOf,
  minutes,
  openScene,
  type Scene,
  start,
  step,
} from './scene.ts';

/** 700 m from the place of the other positions. */
const suburb = { latitude: chicago.latitude - 0.0063, longitude: chicago.longitude };

const positionQuery = `query P($r: [_Any!]!) { _entities(representations: $r) { ... on Vehicle { position {
  recordedAt location { latitude longitude } accuracyMeters speedMetersPerSecond headingDegrees sequence
  vehicle { id } driver { id } shipment { id } } } } }`;

describe('reporting positions', () => {
  let scene: Scene;
  let vehicleId: string;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.graph.close());
  beforeEach(async () => {
    scene.clock.now = minutes(10);
    vehicleId = await scene.vehicle();
  });

  async function current(id: string): Promise<Record<string, unknown> | null> {
    const { data, errors } = await scene.graph.ask<{ _entities: { position: Record<string, unknown> | null }[] }>(
      dispatcher,
      positionQuery,
      { r: [{ __typename: 'Vehicle', id }] },
    );
    expect(errors).toEqual([]);
    return data?._entities[0]?.position ?? null;
  }
  const count = async (id: string) =>
    Number(
      (
        await scene.graph.services.database
          .fork()
          .execute<{ n: string }[]>('select count(*) as n from position_history where vehicle_id = ?', [id])
      )[0]?.n,
    );

  test('moves the vehicle to the newest of a batch, whatever its order', async () => {
    const extra = { speedMetersPerSecond: 21.5, headingDegrees: 360, sequence: 7, location: suburb };
    const batch = [at(vehicleId, 30), at(vehicleId, 60, extra), at(vehicleId, 0)];
    expect(await scene.report(dispatcher, batch)).toEqual({
      acceptedCount: 3,
      lateCount: 0,
      duplicateCount: 0,
      doubtful: [],
      refused: [],
      userErrors: [],
    });
    expect(await current(vehicleId)).toEqual({
      recordedAt: '2026-03-02T12:01:00.000Z',
      location: suburb,
      accuracyMeters: 8,
      speedMetersPerSecond: 21.5,
      headingDegrees: 0,
      sequence: 7,
      vehicle: { id: vehicleId },
      driver: null,
      shipment: null,
    });
  });

  test('stores late positions in the history and never moves a vehicle back', async () => {
    await scene.report(dispatcher, [at(vehicleId, 300)]);
    expect(await scene.report(dispatcher, [at(vehicleId, 100), at(vehicleId, 200)])).toMatchObject({
      acceptedCount: 2,
      lateCount: 2,
    });
    expect(await current(vehicleId)).toMatchObject({ recordedAt: '2026-03-02T12:05:00.000Z' });
    expect(await count(vehicleId)).toBe(3);
  });

  test('twice changes nothing: repeated positions are duplicates', async () => {
    const batch = [at(vehicleId, 1), at(vehicleId, 2), at(vehicleId, 1, { accuracyMeters: 9 })];
    expect(await scene.report(dispatcher, batch)).toMatchObject({ acceptedCount: 2, duplicateCount: 1 });
    expect(await scene.report(dispatcher, batch)).toMatchObject({ acceptedCount: 0, duplicateCount: 3 });
    expect(await count(vehicleId)).toBe(2);
  });

  test.each<[string, string, object]>([
    ['worse than 50 m', 'INACCURATE', { accuracyMeters: 50.1 }],
    ['of negative accuracy', 'BAD_READING', { accuracyMeters: -1 }],
    ['recorded 13 minutes ahead', 'IN_FUTURE', { recordedAt: minutes(13) }],
    ['older than a week', 'TOO_OLD', { recordedAt: minutes(-7 * 1440) }],
    ['of the year 1', 'TOO_OLD', { recordedAt: '0001-01-01T00:00:00.000Z' }],
    ['with a latitude over 90', 'BAD_COORDINATES', { location: { latitude: 90.0001, longitude: 0 } }],
    ['with a longitude below -180', 'BAD_COORDINATES', { location: { latitude: 0, longitude: -180.5 } }],
    ['without a fix', 'BAD_COORDINATES', { location: { latitude: 0, longitude: 0 } }],
    ['with a speed over 100 m/s', 'BAD_READING', { speedMetersPerSecond: 101 }],
    ['with a heading over 360', 'BAD_READING', { headingDegrees: 361 }],
    ['with a negative sequence', 'BAD_READING', { sequence: -1 }],
    ['of an unknown vehicle', 'UNKNOWN_VEHICLE', { vehicleId: newId() }],
    ['of an invalid vehicle id', 'UNKNOWN_VEHICLE', { vehicleId: "'); drop table vehicle; --\u0000" }],
    ['by an unknown driver', 'UNKNOWN_DRIVER', { driverId: newId() }],
    ['by an invalid driver id', 'UNKNOWN_DRIVER', { driverId: '{}' }],
  ])('refuses a position %s with its reason, and stores the other positions', async (_what, code, fault) => {
    const { acceptedCount, refused } = await scene.report(dispatcher, [
      at(vehicleId, 1),
      at(vehicleId, 2, fault),
      at(vehicleId, 3),
    ]);
    expect({ acceptedCount, refused }).toMatchObject({ acceptedCount: 2, refused: [{ index: 1, code }] });
    expect(refused[0]?.message).not.toBe('');
  });

  test('accepts an accuracy of 50 m, a clock two minutes ahead and positions a week old', async () => {
    const edge = [
      at(vehicleId, 0, { accuracyMeters: 50 }),
      at(vehicleId, 720),
      at(vehicleId, 600 - 7 * 86_400, { speedMetersPerSecond: 0, headingDegrees: 0 }),
    ];
    expect(await scene.report(dispatcher, edge)).toMatchObject({ acceptedCount: 3, refused: [] });
  });

  test.each([0, 501, 10_000])('refuses a batch of %d as a whole', async (size) => {
    const { acceptedCount, userErrors } = await scene.report(
      dispatcher,
      Array.from({ length: size }, (_, second) => at(vehicleId, second)),
    );
    expect({ acceptedCount, userErrors }).toMatchObject({ acceptedCount: 0, userErrors: [{ code: 'INVALID_INPUT' }] });
    expect(await count(vehicleId)).toBe(0);
  });

  test('refuses a retired vehicle', async () => {
    const times = { equipment: 'DRY_VAN', active: false, at: minutes(1).toISOString() };
    await scene.receive('vehicle.changed', { vehicleId, ...times });
    expect(await scene.report(dispatcher, [at(vehicleId, 1)])).toMatchObject({
      refused: [{ code: 'UNKNOWN_VEHICLE' }],
    });
  });

  test('costs no more statements for 500 positions than for 20', async () => {
    const many = [vehicleId, ...(await Promise.all(Array.from({ length: 9 }, () => scene.vehicle())))];
    const fence = { circle: { center: chicago, radiusMeters: 500 } };
    await scene.graph.ask(
      dispatcher,
      'mutation($input: CreateGeofenceInput!) { createGeofence(input: $input) { geofence { id } } }',
      { input: { idempotencyKey: newId(), name: 'Statements', area: fence } },
    );
    const batch = (size: number, offset: number) =>
      Array.from({ length: size }, (_, index) =>
        at(many[index % many.length] ?? vehicleId, offset + index, {
          location: Math.floor(index / many.length) % 2 ? chicago : suburb,
        }),
      );
    // Each batch is 15 minutes or more after the one before it, so that it tells the places of its vehicles.
    await scene.report(dispatcher, batch(10, -3_000));
    const statements = scene.graph.services.database.statements;
    const before = statements();
    expect((await scene.report(dispatcher, batch(20, -1_500))).acceptedCount).toBe(20);
    const few = statements() - before;
    expect((await scene.report(dispatcher, batch(500, 0))).acceptedCount).toBe(500);
    expect(statements() - before - few).toBeLessThanOrEqual(few);
    expect(few).toBeLessThanOrEqual(16);
  });

  test('never moves a vehicle back, even with two reporters at once', async () => {
    const batches = Array.from({ length: 8 }, (_, turn) =>
      Array.from({ length: 20 }, (_unused, index) => at(vehicleId, index * 8 + turn)),
    );
    const outcomes = await Promise.all(batches.map((batch) => scene.report(dispatcher, batch)));
    expect(outcomes.reduce((sum, { acceptedCount }) => sum + acceptedCount, 0)).toBe(160);
    expect(await count(vehicleId)).toBe(160);
    expect(await current(vehicleId)).toMatchObject({ recordedAt: new Date(start.getTime() + 159_000).toISOString() });
  });

  test('does not deadlock when batches name vehicles in opposite order', async () => {
    const other = await scene.vehicle();
    const driverId = await scene.driver();
    const both = (second: number) => [at(vehicleId, second, { driverId }), at(other, second, { driverId })];
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => scene.report(dispatcher, turn % 2 ? both(turn) : both(turn).reverse())),
    );
    expect(outcomes.every(({ acceptedCount }) => acceptedCount === 2)).toBe(true);
  });

  test('creates the partition of a new month with its first position', async () => {
    scene.clock.now = new Date('2027-06-30T23:59:59.500Z');
    const newYear = { recordedAt: new Date('2027-07-01T00:00:30.000Z') };
    const june = { recordedAt: new Date('2027-06-30T23:59:59.000Z') };
    const batch = [at(vehicleId, 0, newYear), at(vehicleId, 0, june)];
    expect(await scene.report(dispatcher, batch)).toMatchObject({ acceptedCount: 2 });
    const em = scene.graph.services.database.fork();
    const names = await em.execute<{ name: string }[]>(
      `select relname as name from pg_class where relname like 'position_history_2027%' and relkind = 'r' order by 1`,
    );
    expect(names.map(({ name }) => name)).toEqual([
      'position_history_2027_06',
      'position_history_2027_07',
      'position_history_2027_08',
    ]);
  });

  test('drops whole months of old history', async () => {
    scene.clock.now = new Date('2025-02-10T00:00:00.000Z');
    await scene.report(dispatcher, [at(vehicleId, 0, { recordedAt: new Date('2025-02-09T00:00:00.000Z') })]);
    const em = scene.graph.services.database.fork();
    const [row] = await em.execute<{ dropped: number }[]>(
      `select drop_position_partitions('2025-03-01T00:00:00Z') as dropped`,
    );
    expect(row?.dropped).toBe(1);
    expect(await count(vehicleId)).toBe(0);
  });

  test('a chore drops months that are older than 400 days, and last positions that are', async () => {
    scene.clock.now = new Date('2025-03-10T00:00:00.000Z');
    await scene.report(dispatcher, [at(vehicleId, 0, { recordedAt: new Date('2025-03-09T00:00:00.000Z') })]);
    const run = (now: string) => deleteOldPositions(scene.graph.services.database.fork(), new Date(now));
    await run('2026-04-01T00:00:00.000Z');
    expect(await count(vehicleId)).toBe(1);
    await run('2026-05-07T00:00:00.000Z');
    expect(await count(vehicleId)).toBe(0);
    expect(await current(vehicleId)).toBeNull();
  });

  describe('is allowed', () => {
    test('to drivers for their assigned vehicle, until half a day after the end of the assignment', async () => {
      const driverId = await scene.driver();
      const me = driverOf(driverId);
      expect(await scene.report(me, [at(vehicleId, 60)])).toMatchObject({ refused: [{ code: 'NOT_YOUR_VEHICLE' }] });
      const load = await scene.load({ driverId, vehicleId, assignedAt: minutes(2) });
      const [before, then] = [at(vehicleId, 60), at(vehicleId, 180)];
      expect(await scene.report(me, [before, then])).toMatchObject({
        acceptedCount: 1,
        refused: [{ index: 0, code: 'NOT_YOUR_VEHICLE' }],
      });
      expect(await current(vehicleId)).toMatchObject({ driver: { id: driverId }, shipment: null });

      await scene.receive('shipment.pickedUp', step(load, 5));
      expect(await scene.report(me, [at(vehicleId, 400)])).toMatchObject({ acceptedCount: 1 });
      expect(await current(vehicleId)).toMatchObject({ shipment: { id: load.shipmentId } });

      await scene.receive('shipment.cancelled', { ...step(load, 8), reason: 'given up' });
      expect(await scene.report(me, [at(vehicleId, 540)])).toMatchObject({ acceptedCount: 1 });
      scene.clock.now = minutes(8 + 721);
      expect(await scene.report(me, [at(vehicleId, 729 * 60)])).toMatchObject({
        refused: [{ code: 'NOT_YOUR_VEHICLE' }],
      });
    });

    test('to no other driver, and the refusal does not reveal which vehicles exist', async () => {
      const driverId = await scene.driver();
      const me = driverOf(driverId);
      const reported = await scene.report(me, [at(vehicleId, 1), at(newId(), 2), at('x', 3)]);
      expect(new Set(reported.refused.map(({ code, message }) => code + message)).size).toBe(1);
      await scene.load({ driverId, vehicleId, assignedAt: minutes(0) });
      const stranger = await scene.driver();
      expect(await scene.report(me, [at(vehicleId, 60, { driverId: stranger })])).toMatchObject({
        refused: [{ code: 'UNKNOWN_DRIVER' }],
      });
    });

    test('not to the previous driver, once another driver works with the vehicle', async () => {
      const [first, second] = [await scene.driver(), await scene.driver()];
      const done = await scene.load({ driverId: first, vehicleId, assignedAt: minutes(0) });
      await scene.receive('shipment.pickedUp', step(done, 1));
      await scene.receive('shipment.cancelled', { ...step(done, 2), reason: 'given up' });
      const next = await scene.load({ driverId: second, vehicleId, assignedAt: minutes(0) });
      expect(await scene.report(driverOf(first), [at(vehicleId, 200)])).toMatchObject({ acceptedCount: 1 });
      await scene.receive('shipment.pickedUp', step(next, 4));
      expect(await scene.report(driverOf(first), [at(vehicleId, 300)])).toMatchObject({
        refused: [{ code: 'NOT_YOUR_VEHICLE' }],
      });
      expect(await scene.report(dispatcher, [at(vehicleId, 310)])).toMatchObject({ acceptedCount: 1 });
      expect(await current(vehicleId)).toMatchObject({ driver: { id: second } });
    });

    test.each([
      ['anonymous', anonymous, 'UNAUTHENTICATED'],
      ['a customer', customerOf(newId()), 'FORBIDDEN'],
      ['a partner', somebody(['PARTNER'], { organizationId: newId() }), 'FORBIDDEN'],
      ['an analyst', analyst, 'FORBIDDEN'],
    ])('not to %s', async (_who, identity, code) => {
      const { errors } = await scene.graph.ask(
        identity,
        'mutation($input: ReportPositionsInput!) { reportPositions(input: $input) { acceptedCount } }',
        { input: { positions: [at(vehicleId, 1)] } },
      );
      expect(errors).toMatchObject([{ extensions: { code } }]);
      expect(await count(vehicleId)).toBe(0);
    });
  });
});
