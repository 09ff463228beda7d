import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newId } from '#shared/ids.ts';
import { isDrivable, judgeLate, judgeNew, legsOf, provenBy } from '../domain/plausibility.ts';
import { at, dispatcher, minutes, openScene, type Scene, start } from './scene.ts';

const piemonte = { latitude: 45, longitude: 9 };
const gulfOfGuinea = { latitude: 0.5, longitude: 0.5 };
/** A place this many kilometres north of Piemonte's. */
const north = (kilometers: number) => ({ latitude: 45 + kilometers / 111.195, longitude: 9 });

const query = `query($id: ID!, $r: [_Any!]!) {
  geofenceEvents(filter: { vehicleId: $id }) { nodes { kind occurredAt } }
  _entities(representations: $r) { ... on Vehicle {
    position { recordedAt location { latitude longitude } } track(toleranceMeters: 0) { distanceMeters recordedCount doubtfulCount } } } }`;

/** The kind and the second of a crossing. */
const crossingOf = ({ kind, occurredAt }: { kind: string; occurredAt: string }) =>
  `${kind} ${(Date.parse(occurredAt) - start.getTime()) / 1000}`;

interface Seen {
  readonly geofenceEvents: { readonly nodes: readonly { readonly kind: string; readonly occurredAt: string }[] };
  readonly _entities: readonly [
    {
      readonly position: { readonly recordedAt: string; readonly location: object };
      readonly track: {
        readonly distanceMeters: number;
        readonly recordedCount: number;
        readonly doubtfulCount: number;
      };
    },
  ];
}

describe('positions that cannot be', () => {
  let scene: Scene;
  let vehicleId: string;
  beforeAll(async () => {
    scene = await openScene();
    const area = { circle: { center: piemonte, radiusMeters: 1_000 } };
    await scene.graph.ask(
      dispatcher,
      'mutation($input: CreateGeofenceInput!) { createGeofence(input: $input) { geofence { id } } }',
      { input: { idempotencyKey: newId(), name: 'Piemonte', area } },
    );
  });
  afterAll(() => scene.graph.close());
  beforeEach(async () => {
    scene.clock.now = minutes(120);
    vehicleId = await scene.vehicle();
  });

  const report = (...fixes: [second: number, location: object, more?: object][]) =>
    scene.report(
      dispatcher,
      fixes.map(([second, location, more]) => at(vehicleId, second, { location, ...more })),
    );
  async function see() {
    const r = [{ __typename: 'Vehicle', id: vehicleId }];
    const { data, errors } = await scene.graph.ask<Seen>(dispatcher, query, { id: vehicleId, r });
    if (!data) throw new Error(JSON.stringify(errors));
    const { position, track } = data._entities[0];
    return { ...track, ...position, crossings: data.geofenceEvents.nodes.map(crossingOf) };
  }

  test.each([
    ['in one batch', 1],
    ['in a batch each', 3],
  ])('are stored, told, and move nothing; the next plausible position heals: %s', async (_how, batches) => {
    const fixes: [number, object][] = [
      [0, piemonte],
      [10, gulfOfGuinea],
      [20, north(0.1)],
    ];
    const outcomes = batches === 1 ? [await report(...fixes)] : [];
    if (batches > 1) for (const fix of fixes) outcomes.push(await report(fix));
    expect(outcomes.flatMap(({ doubtful }) => doubtful)).toMatchObject([{ code: 'TOO_FAST' }]);
    expect(outcomes.reduce((sum, { acceptedCount }) => sum + acceptedCount, 0)).toBe(3);
    const seen = await see();
    expect(seen).toMatchObject({ location: north(0.1), recordedCount: 2, doubtfulCount: 1, crossings: [] });
    expect(seen.distanceMeters).toBeCloseTo(100, 0);
  });

  test('do not move the vehicle while they are the last ones', async () => {
    await report([0, piemonte], [10, gulfOfGuinea]);
    await report([20, gulfOfGuinea], [30, gulfOfGuinea]);
    expect(await see()).toMatchObject({ location: piemonte, recordedCount: 1, doubtfulCount: 3, crossings: [] });
  });

  test('are found among late positions, between the plausible ones', async () => {
    await report([0, piemonte], [600, north(2)]);
    const { doubtful, lateCount } = await report([300, gulfOfGuinea], [310, north(1.5)], [320, north(400)]);
    expect({ lateCount, indexes: doubtful.map(({ index }) => index) }).toEqual({ lateCount: 3, indexes: [0, 2] });
    const seen = await see();
    expect(seen).toMatchObject({ recordedCount: 3, doubtfulCount: 2, crossings: ['EXIT 310'] });
    expect(seen.distanceMeters).toBeCloseTo(2_000, 0);
  });

  test('become true when five of them agree over ten minutes, and the jump counts no metres', async () => {
    await report([0, gulfOfGuinea]);
    await report([60, piemonte], [180, piemonte], [300, piemonte]);
    expect(await see()).toMatchObject({ location: gulfOfGuinea });
    await report([480, piemonte]);
    expect(await see()).toMatchObject({ location: gulfOfGuinea });
    expect(await report([661, north(2)])).toMatchObject({ acceptedCount: 1, doubtful: [] });
    const seen = await see();
    expect(seen).toMatchObject({ location: north(2), recordedCount: 6, doubtfulCount: 0 });
    expect(seen.crossings).toEqual(['EXIT 661', 'ENTER 60']);
    expect(seen.distanceMeters).toBeCloseTo(2_000, 0);
  });

  const agreeing = Array.from({ length: 9 }, (_, index): [number, object] => [100 + index * 100, piemonte]);

  test.each<[string, [second: number, location: object][][]]>([
    [
      'in a batch each',
      [[[0, north(500)]], [[10, north(500.1)]], ...agreeing.map((fix) => [fix]), [[1_000, north(5)]]],
    ],
    ['in one batch', [[[0, north(500)], [10, north(500.1)], ...agreeing, [1_000, north(5)]]]],
    ['after one wrong position, the first of the vehicle', [[[0, north(500)]], [...agreeing, [1_000, north(5)]]]],
    ['in reverse order', [[[0, north(500)]], ...agreeing.toReversed().map((fix) => [fix]), [[1_000, north(5)]]]],
  ])('make ENTER at the first position that is proven, %s', async (_how, batches) => {
    for (const batch of batches) await report(...batch);
    expect(await see()).toMatchObject({ doubtfulCount: 0, crossings: ['EXIT 1000', 'ENTER 100'] });
  });

  test('make EXIT of the geofence that the vehicle was in before a proven jump', async () => {
    await report([-100, north(5)], [0, piemonte]);
    for (const [second] of agreeing) await report([second, north(500)]);
    expect((await see()).crossings).toEqual(['EXIT 100', 'ENTER 0']);
  });

  test('make the same crossings when positions from before and after a proven jump arrive late', async () => {
    await report([0, north(2)]);
    for (const [second] of agreeing) await report([second, north(500)]);
    await report([50, piemonte], [90, north(500)]);
    expect((await see()).crossings).toEqual(['EXIT 90', 'ENTER 50']);
  });

  test('never become true while another device reports plausible ones', async () => {
    for (let second = 0; second < 1_200; second += 60) await report([second, piemonte], [second + 30, gulfOfGuinea]);
    expect(await see()).toMatchObject({ location: piemonte, recordedCount: 20, doubtfulCount: 20, crossings: [] });
  });

  test('are refused at a time at which the vehicle was elsewhere', async () => {
    const both = await report([0, piemonte], [0, gulfOfGuinea], [0, north(0.1)]);
    const refused = [{ index: 1, code: 'TWO_PLACES' }];
    expect(both).toMatchObject({ acceptedCount: 1, duplicateCount: 1, refused });
    expect(await report([0, piemonte], [0, gulfOfGuinea])).toMatchObject({
      acceptedCount: 0,
      duplicateCount: 1,
      refused,
    });
    expect(await see()).toMatchObject({ location: piemonte, doubtfulCount: 0 });
  });

  test('are told of a driver who is named in two vehicles far apart', async () => {
    const [driverId, other] = [await scene.driver(), await scene.vehicle()];
    const there = at(other, 10, { location: north(500), driverId });
    expect(await scene.report(dispatcher, [at(vehicleId, 0, { location: piemonte, driverId }), there])).toMatchObject({
      acceptedCount: 2,
      doubtful: [{ index: 1, code: 'DRIVER_ELSEWHERE' }],
    });
    const third = at(await scene.vehicle(), 20, { location: piemonte, driverId });
    expect(await scene.report(dispatcher, [third])).toMatchObject({ doubtful: [{ code: 'DRIVER_ELSEWHERE' }] });
  });
});

describe('whether a vehicle can drive from one fix to the next', () => {
  const fix = (seconds: number, kilometers: number) => ({
    recordedAt: new Date(start.getTime() + seconds * 1000),
    ...north(kilometers),
  });

  test.each([
    ['stands, with receivers off by 50 m', fix(0, 0), fix(1, 0.2), true],
    ['drives at 130 km/h', fix(0, 0), fix(3_600, 130), true],
    ['flies', fix(0, 0), fix(3_600, 300), false],
    ['jumps 2 km in 10 s', fix(0, 0), fix(10, 2), false],
  ])('%s', (_what, from, to, is) => {
    expect([isDrivable(from, to), isDrivable(to, from)]).toEqual([is, is]);
  });

  test('divides a track where it cannot', () => {
    const fixes = [fix(0, 0), fix(10, 0.1), fix(20, 100), fix(30, 100.1)];
    expect(legsOf(fixes)).toEqual([fixes.slice(0, 2), fixes.slice(2)]);
    expect(judgeNew(null, fixes)).toEqual({ plausible: fixes.slice(0, 2), doubtful: fixes.slice(2) });
  });

  test('lets a late fix belong to one side of a jump', () => {
    const [before, late, after] = [fix(0, 0), fix(10, 0.1), fix(20, 100)];
    const between = { fix: late, before, after };
    expect(judgeLate([between]).plausible).toEqual([between]);
    expect(judgeLate([{ ...between, fix: fix(10, 50) }]).plausible).toEqual([]);
  });

  test('needs five fixes over ten minutes as proof of a jump', () => {
    const run = [0, 150, 300, 450, 600].map((second) => fix(second, 100));
    expect(provenBy([fix(-60, 900), ...run])).toEqual(run);
    expect(provenBy(run.slice(1))).toEqual([]);
    expect(provenBy(run.map((own, index) => ({ ...own, ...fix(index * 10, 100) })))).toEqual([]);
  });
});
