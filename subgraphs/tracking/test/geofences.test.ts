import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { runs, seed } from '#shared/test/random.ts';
import { expectNamesToBeFound } from '#shared/test/typing.ts';
import { encodePolyline } from '../domain/polyline.ts';
import { analyst, at, customerOf, dispatcher, driverOf, minutes, openScene, type Scene } from './scene.ts';

const fields = `id name version hysteresisMeters bounds { south west north east }
  area { __typename ... on GeoCircle { center { latitude longitude } radiusMeters } ... on GeoPolygon { vertices { latitude longitude } polyline } }`;
const errorsPart = 'userErrors { code field message }';
const createMutation = `mutation($input: CreateGeofenceInput!) { result: createGeofence(input: $input) { geofence { ${fields} } ${errorsPart} } }`;
const updateMutation = `mutation($input: UpdateGeofenceInput!) { result: updateGeofence(input: $input) { geofence { ${fields} } ${errorsPart} } }`;
const deleteMutation = `mutation($input: DeleteGeofenceInput!) { result: deleteGeofence(input: $input) { deletedGeofenceId geofence { version } ${errorsPart} } }`;
const eventsQuery = `query($filter: GeofenceEventFilter, $first: Int, $after: String) {
  geofenceEvents(filter: $filter, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { kind occurredAt geofenceName geofence { id } vehicle { id } driver { id } location { latitude } } } }`;

interface Fence {
  readonly id: string;
  readonly version: number;
}
interface Result {
  readonly result: {
    geofence: Fence | null;
    deletedGeofenceId?: string;
    userErrors: { code: string; field: string[] }[];
  };
}
interface Events {
  readonly geofenceEvents: {
    readonly totalCount: number;
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
    readonly nodes: readonly {
      kind: string;
      occurredAt: string;
      geofence: { id: string } | null;
      geofenceName: string;
    }[];
  };
}

const yard = { latitude: 40, longitude: -90 };
const north = (meters: number) => ({ location: { latitude: 40 + meters / 111_195, longitude: -90 } });

describe('geofences', () => {
  let scene: Scene;
  let vehicleId: string;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.graph.close());
  beforeEach(async () => {
    scene.clock.now = minutes(30);
    vehicleId = await scene.vehicle();
  });

  const circle = (radiusMeters: number) => ({ circle: { center: yard, radiusMeters } });
  const input = (given: object = {}) => ({ idempotencyKey: newId(), name: 'Yard', area: circle(1_000), ...given });
  async function ask(mutation: string, given: object): Promise<Result['result']> {
    const { data, errors } = await scene.graph.ask<Result>(dispatcher, mutation, { input: given });
    if (!data) throw new Error(JSON.stringify(errors));
    return data.result;
  }
  async function created(given: object = {}): Promise<Fence> {
    const { geofence, userErrors } = await ask(createMutation, input(given));
    expect(userErrors).toEqual([]);
    if (!geofence) throw new Error('no geofence');
    return geofence;
  }
  const drive = (...stops: [second: number, meters: number][]) =>
    scene.report(
      dispatcher,
      stops.map(([second, meters]) => at(vehicleId, second, north(meters))),
    );
  async function events(filter: object, page: object = {}): Promise<Events['geofenceEvents']> {
    const { data, errors } = await scene.graph.ask<Events>(dispatcher, eventsQuery, { filter, ...page });
    if (!data) throw new Error(JSON.stringify(errors));
    return data.geofenceEvents;
  }
  const kinds = async (filter: object) => (await events(filter)).nodes.map(({ kind }) => kind).reverse();

  test('are created once per idempotency key, with their bounds', async () => {
    const request = input({ name: 'Dock 4' });
    const [first, second] = await Promise.all([ask(createMutation, request), ask(createMutation, request)]);
    expect(first.geofence).toMatchObject({ name: 'Dock 4', version: 1, area: { __typename: 'GeoCircle' } });
    expect(second.geofence).toEqual(first.geofence);
    const other = await ask(createMutation, { ...request, name: 'Dock 5' });
    expect(other).toMatchObject({ geofence: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }] });
  });

  test('may be polygons across the antimeridian', async () => {
    const corner = (latitude: number, longitude: number) => ({ latitude, longitude });
    const vertices = [corner(-20, 176), corner(-15, 176), corner(-15, -178), corner(-20, -178)];
    const fiji = await created({ name: 'Fiji', area: { polygon: { vertices } } });
    expect(fiji).toMatchObject({
      bounds: { west: 176, east: -178 },
      area: { vertices, polyline: encodePolyline(vertices) },
    });
    const hours = (count: number) => count * 3_600;
    await scene.report(dispatcher, [
      at(vehicleId, hours(-9), { location: corner(-17, 175) }),
      at(vehicleId, hours(-5), { location: corner(-17, 179.9) }),
      at(vehicleId, hours(-4), { location: corner(-17, -179.9) }),
      at(vehicleId, 0, { location: corner(-17, -177) }),
    ]);
    expect(await kinds({ geofenceId: fiji.id })).toEqual(['ENTER', 'EXIT']);
  });

  test.each<[string, object, string]>([
    ['without a name', { name: ' ' }, 'name'],
    ['with a NUL in the name', { name: 'a\u0000' }, 'name'],
    ['with a short key', { idempotencyKey: 'short' }, 'idempotencyKey'],
    ['with a key of control characters', { idempotencyKey: 'a\u0000bcdefgh' }, 'idempotencyKey'],
    ['without an area', { area: {} }, 'area'],
    ['with a tiny radius', { area: { circle: { center: yard, radiusMeters: 1 } } }, 'area.circle.radiusMeters'],
    [
      'off the globe',
      { area: { circle: { center: { latitude: 99, longitude: 0 }, radiusMeters: 50 } } },
      'area.circle.center.latitude',
    ],
    [
      'with 10,000 corners',
      { area: { polygon: { vertices: Array.from({ length: 10_000 }, () => yard) } } },
      'area.polygon.vertices',
    ],
    ['with a negative hysteresis', { hysteresisMeters: -1 }, 'hysteresisMeters'],
  ])('are refused %s', async (_what, given, field) => {
    expect(await ask(createMutation, input(given))).toMatchObject({
      geofence: null,
      userErrors: [{ code: 'INVALID_INPUT', field: field.split('.') }],
    });
  });

  test('are refused with all faults at once', async () => {
    const center = { latitude: 91, longitude: 181 };
    const faulty = { name: ' ', area: { circle: { center, radiusMeters: 1 } }, hysteresisMeters: -1 };
    const { userErrors } = await ask(createMutation, input(faulty));
    expect(userErrors.map(({ field }) => field.join('.'))).toEqual([
      'name',
      'area.circle.center.latitude',
      'area.circle.center.longitude',
      'area.circle.radiusMeters',
      'hysteresisMeters',
    ]);
  });

  test('report each crossing once, in order, with its position', async () => {
    const { id } = await created({ name: 'Crossed' });
    await drive([0, 3_000], [60, 900]);
    await drive([120, 100], [180, 1_100], [240, 500]);
    expect(await events({ geofenceId: id, vehicleId })).toMatchObject({
      totalCount: 3,
      nodes: [
        { kind: 'ENTER', occurredAt: '2026-03-02T12:04:00.000Z' },
        { kind: 'EXIT', occurredAt: '2026-03-02T12:03:00.000Z' },
        { kind: 'ENTER', occurredAt: '2026-03-02T12:01:00.000Z', geofenceName: 'Crossed', geofence: { id } },
      ],
    });
    const first = await events({ geofenceId: id }, { first: 2 });
    expect(first.pageInfo.hasNextPage).toBe(true);
    const rest = await events({ geofenceId: id }, { first: 2, after: first.pageInfo.endCursor });
    expect(rest.nodes.map(({ occurredAt }) => occurredAt)).toEqual(['2026-03-02T12:01:00.000Z']);
    expect(await kinds({ geofenceId: id, kinds: ['EXIT'] })).toEqual(['EXIT']);
    expect(await kinds({ geofenceId: id, kinds: ['EXIT', 'ENTER'] })).toHaveLength(3);
    expect(await kinds({ geofenceId: id, kinds: [] })).toEqual([]);
    const [from, until] = ['2026-03-02T12:01:00.000Z', '2026-03-02T12:04:00.000Z'];
    expect(await kinds({ geofenceId: id, occurred: { from, until } })).toEqual(['ENTER', 'EXIT']);
    const backwards = await scene.graph.ask(dispatcher, eventsQuery, {
      filter: { occurred: { from: until, until: from } },
    });
    expect(backwards.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    // The deprecated names.
    expect(await kinds({ geofenceId: id, kind: 'EXIT' })).toEqual(['EXIT']);
    expect(await kinds({ geofenceId: id, occurredFrom: from, occurredBefore: until })).toEqual(['ENTER', 'EXIT']);
    expect(await kinds({ geofenceId: id, occurredFrom: from, occurred: { until }, kinds: ['EXIT'] })).toEqual(['EXIT']);
  });

  const timesOf = async (filter: object) =>
    (await events(filter)).nodes.map(({ kind, occurredAt }) => `${kind} ${occurredAt.slice(11, 19)}`).reverse();

  test('find the visit in positions that a phone without network sent later, at its own times', async () => {
    const { id } = await created();
    await drive([600, 3_000]);
    expect(await drive([500, 100], [550, 1_500])).toMatchObject({ acceptedCount: 2, lateCount: 2 });
    const visit = ['ENTER 12:08:20', 'EXIT 12:09:10'];
    expect(await timesOf({ geofenceId: id, vehicleId })).toEqual(visit);
    await drive([500, 100], [550, 1_500], [600, 3_000]);
    expect(await timesOf({ geofenceId: id, vehicleId })).toEqual(visit);
    await drive([660, 100]);
    expect(await timesOf({ geofenceId: id, vehicleId })).toEqual([...visit, 'ENTER 12:11:00']);
  });

  test('correct the time of a crossing that late positions show to be earlier', async () => {
    const { id } = await created();
    await drive([0, 3_000], [600, 200]);
    await drive([300, 500]);
    expect(await timesOf({ geofenceId: id, vehicleId })).toEqual(['ENTER 12:05:00']);
    await drive([660, 100]);
    await drive([120, 2_500]);
    expect(await timesOf({ geofenceId: id, vehicleId })).toEqual(['ENTER 12:05:00']);
  });

  test('make the same events in whatever order the positions arrive', async () => {
    const { id } = await created({ hysteresisMeters: 0 });
    const drawn = fc.record({
      meters: fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 20, maxLength: 20 }),
      order: fc.shuffledSubarray([...Array(20).keys()], { minLength: 20 }),
    });
    for (const { meters, order } of fc.sample(drawn, { seed, numRuns: runs(6) })) {
      const stops = meters.map((meters, index): [number, number] => [60 + index * 60, meters]);
      const [inOrder, shuffled] = [await scene.vehicle(), await scene.vehicle()];
      vehicleId = inOrder;
      await drive([0, 3_000], ...stops);
      const expected = await timesOf({ geofenceId: id, vehicleId });
      vehicleId = shuffled;
      await drive([0, 3_000]);
      const sent = order.flatMap((index) => stops.slice(index, index + 1));
      for (let first = 0; first < sent.length; first += 4) await drive(...sent.slice(first, first + 4));
      expect(await timesOf({ geofenceId: id, vehicleId })).toEqual(expected);
    }
  });

  test('make no event of a vehicle whose first position is inside', async () => {
    const { id } = await created();
    await drive([0, 100], [60, 200], [120, 1_500]);
    expect(await kinds({ geofenceId: id, vehicleId })).toEqual(['EXIT']);
  });

  test('make no event of their own creation or change', async () => {
    await drive([0, 500]);
    const fence = await created({ name: 'Drawn around it' });
    await drive([60, 400]);
    expect(await kinds({ geofenceId: fence.id, vehicleId })).toEqual([]);
    await ask(updateMutation, { geofenceId: fence.id, expectedVersion: 1, area: circle(100) });
    await drive([120, 450]);
    expect(await kinds({ geofenceId: fence.id, vehicleId })).toEqual([]);
    await drive([180, 50], [240, 150]);
    expect(await kinds({ geofenceId: fence.id, vehicleId })).toEqual(['ENTER', 'EXIT']);
  });

  test('are changed only with the newest version', async () => {
    const { id } = await created({ name: 'Contested' });
    const renames = await Promise.all(
      ['A', 'B', 'C'].map((name) => ask(updateMutation, { geofenceId: id, expectedVersion: 1, name })),
    );
    expect(renames.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    const refused = renames.find(({ userErrors }) => userErrors.length > 0);
    expect(refused).toMatchObject({ geofence: { version: 2 }, userErrors: [{ code: 'CONFLICT' }] });
    expect(await ask(deleteMutation, { geofenceId: id, expectedVersion: 1 })).toMatchObject({
      deletedGeofenceId: null,
      geofence: { version: 2 },
      userErrors: [{ code: 'CONFLICT' }],
    });
    for (const wrong of [newId(), 'nonsense'])
      expect(await ask(updateMutation, { geofenceId: wrong, expectedVersion: 1 })).toMatchObject({
        userErrors: [{ code: 'NOT_FOUND' }],
      });
  });

  test('keep their version if an update changes nothing', async () => {
    const given = { name: 'Kept', area: circle(500), hysteresisMeters: 20 };
    const { id } = await created(given);
    for (const same of [{}, given, { name: ' Kept ' }])
      expect(await ask(updateMutation, { geofenceId: id, expectedVersion: 1, ...same })).toMatchObject({
        geofence: { id, version: 1 },
        userErrors: [],
      });
    expect(await ask(updateMutation, { geofenceId: id, expectedVersion: 1, area: circle(501) })).toMatchObject({
      geofence: { version: 2 },
    });
  });

  test('are named by the deprecated id, too', async () => {
    const { id } = await created();
    const old = await ask(updateMutation, { id, expectedVersion: 1, name: 'Old name' });
    expect(old).toMatchObject({ geofence: { version: 2, name: 'Old name' }, userErrors: [] });
    const both = await ask(deleteMutation, { id, geofenceId: newId(), expectedVersion: 2 });
    expect(both).toMatchObject({
      deletedGeofenceId: null,
      userErrors: [
        { code: 'INVALID_INPUT', field: ['id'], message: 'Differs from `geofenceId`. Give only `geofenceId`.' },
      ],
    });
    expect(await ask(deleteMutation, { expectedVersion: 2 })).toMatchObject({
      userErrors: [{ code: 'INVALID_INPUT', field: ['geofenceId'], message: 'Must be given.' }],
    });
    expect(await ask(deleteMutation, { id, expectedVersion: 2 })).toMatchObject({ deletedGeofenceId: id });
  });

  test('keep their events after they are deleted', async () => {
    const request = input({ name: 'Gone' });
    const fence = (await ask(createMutation, request)).geofence;
    await drive([0, 3_000], [60, 0]);
    expect(await ask(deleteMutation, { geofenceId: fence?.id, expectedVersion: 1 })).toMatchObject({
      deletedGeofenceId: fence?.id,
    });
    expect((await events({ vehicleId })).nodes).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ geofence: null, geofenceName: 'Gone' })]),
    );
    expect(await ask(createMutation, request)).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    await drive([120, 3_000]);
  });

  test('are listed by name, searched, and shown to staff only', async () => {
    await created({ name: '100% of Zebra_1' });
    const query = `query($filter: GeofenceFilter, $search: String, $first: Int, $after: String) {
      geofences(filter: $filter, search: $search, first: $first, after: $after) {
      totalCount nodes { id name } pageInfo { endCursor hasNextPage } } }`;
    interface List {
      geofences: { totalCount: number; nodes: { id: string; name: string }[]; pageInfo: { endCursor: string } };
    }
    const search = async (as: typeof dispatcher, variables: object) =>
      (await scene.graph.ask<List>(as, query, { ...variables })).data?.geofences;
    expect(await search(analyst, { filter: { search: ' 0% OF zebra_ ' } })).toMatchObject({
      totalCount: 1,
      nodes: [{ name: '100% of Zebra_1' }],
    });
    expect(await search(analyst, { filter: { search: '%%' } })).toMatchObject({ totalCount: 0 });
    await created({ name: 'Köln Süd' });
    for (const typed of ['KÖLN', 'koln', 'Ko\u0308ln', 'süd köln']) {
      expect(await search(analyst, { filter: { search: typed } })).toMatchObject({ nodes: [{ name: 'Köln Süd' }] });
    }
    // The deprecated `search` must hold, too.
    expect(await search(analyst, { search: 'koln' })).toMatchObject({ nodes: [{ name: 'Köln Süd' }] });
    expect(await search(analyst, { filter: { search: 'koln' }, search: 'zebra' })).toMatchObject({ nodes: [] });
    const all = await search(analyst, { first: 100 });
    const names = all?.nodes.map(({ name }) => name) ?? [];
    expect(names.length).toBe(all?.totalCount);
    const paged: string[] = [];
    for (let after: string | undefined; paged.length < names.length; ) {
      const page = await search(analyst, { first: 2, after });
      paged.push(...(page?.nodes.map(({ name }) => name) ?? []));
      after = page?.pageInfo.endCursor;
    }
    expect(paged).toEqual(names);
    for (const stranger of [customerOf(newId()), driverOf(newId())]) {
      expect(await search(stranger, {})).toMatchObject({ totalCount: 0, nodes: [] });
      const seen = await scene.graph.ask(
        stranger,
        'query($id: ID!) { geofence(id: $id) { id } geofenceEvents { nodes { id } } }',
        { id: all?.nodes[0]?.id },
      );
      expect(seen.data).toEqual({ geofence: null, geofenceEvents: { nodes: [] } });
    }
  });

  test.each([
    ['{ geofences(search: "a\\u0000b") { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ geofences(filter: { search: " " }) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ geofences(after: "WyJcdTAwMDAiLCJ4Il0") { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ geofences(first: 101) { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ geofenceEvents(after: "nonsense") { nodes { id } } }', 'BAD_USER_INPUT'],
    ['{ geofenceEvents(after: "WyJ4IiwieSJd") { nodes { id } } }', 'BAD_USER_INPUT'],
  ])('refuse %s with a code', async (query, code) => {
    expect((await scene.graph.ask(dispatcher, query)).errors).toMatchObject([{ extensions: { code } }]);
  });

  test('whatever name somebody writes, the same name as others type it finds the geofence', () =>
    expectNamesToBeFound(
      async (name) => (await created({ name })).id,
      async (search) => {
        const query = 'query($search: String!) { geofences(filter: { search: $search }) { nodes { id } } }';
        const { data } = await scene.graph.ask<{ geofences: { nodes: Fence[] } }>(analyst, query, { search });
        return data!.geofences.nodes.map(({ id }) => id);
      },
    ));

  test('return null for invalid ids', async () => {
    const { data, errors } = await scene.graph.ask(
      dispatcher,
      '{ geofence(id: "x\\u0000") { id } geofenceEvents(filter: { geofenceId: "x", vehicleId: "y" }) { nodes { id } totalCount } }',
    );
    expect({ data, errors }).toEqual({
      data: { geofence: null, geofenceEvents: { nodes: [], totalCount: 0 } },
      errors: [],
    });
  });

  test.each([
    ['anonymous', anonymous, 'UNAUTHENTICATED'],
    ['a driver', driverOf(newId()), 'FORBIDDEN'],
    ['a customer', customerOf(newId()), 'FORBIDDEN'],
    ['an analyst', analyst, 'FORBIDDEN'],
  ])('cannot be created, changed or deleted by %s', async (_who, identity, code) => {
    const fence = await created();
    const attempts: [string, object][] = [
      [createMutation, input()],
      [updateMutation, { geofenceId: fence.id, expectedVersion: 1, name: 'Mine' }],
      [deleteMutation, { geofenceId: fence.id, expectedVersion: 1 }],
    ];
    for (const [mutation, given] of attempts)
      expect((await scene.graph.ask(identity, mutation, { input: given })).errors).toMatchObject([
        { extensions: { code } },
      ]);
  });
});
