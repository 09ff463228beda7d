import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  customerOf,
  dispatcher,
  driverOf,
  openScene,
  type Scene,
  start,
} from '../../../subgraphs/tracking/test/scene.ts';
import { generateWorld } from '../../generate/generate.ts';
import { seedAlone } from '../../seeding/seed-alone.ts';
import type { World } from '../../world.ts';
import { arrivalsOf } from '../tracking/past-arrivals.ts';

describe('the seed', () => {
  let scene: Scene;
  let world: World;
  beforeAll(async () => {
    scene = await openScene();
    world = generateWorld({
      seed: 7,
      now: start,
      size: { hubs: 20, organizations: 10, drivers: 40, vehicles: 30, shipments: 300, openPerStatus: 5, months: 3 },
    });
    await seedAlone(scene.graph, world);
  });
  afterAll(() => scene.graph.close());

  const rows = async (sql: string) => scene.graph.services.database.fork().execute<{ n: string }[]>(sql);
  const entities = async (as: typeof dispatcher, query: string, representations: object[]) => {
    const { data, errors } = await scene.graph.ask<{ _entities: Record<string, unknown>[] }>(as, query, {
      r: representations,
    });
    expect(errors).toEqual([]);
    return data?._entities ?? [];
  };

  test('has a position of every vehicle, none after the moment of the world', async () => {
    expect(await rows('select count(*) as n from vehicle_position')).toEqual([{ n: String(world.vehicles.length) }]);
    expect(
      await rows(
        `select count(*) as n from position_history where recorded_at > '${start.toISOString()}'::timestamptz`,
      ),
    ).toEqual([{ n: '0' }]);
  });

  test('shows position, route and arrival of each load on the road, and of no other', async () => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment {
      position { recordedAt vehicle { id } driver { id } } track { recordedCount } eta { status arrivesAt latestAt } } } }`;
    const onTheRoad = world.shipments.filter(
      ({ pickedUpAt, status }) => pickedUpAt && status !== 'DELIVERED' && status !== 'CANCELLED',
    );
    expect(onTheRoad.length).toBeGreaterThan(10);
    const seen = await entities(
      dispatcher,
      query,
      onTheRoad.map(({ id }) => ({ __typename: 'Shipment', id })),
    );
    for (const [index, shipment] of onTheRoad.entries())
      expect(seen[index]).toMatchObject({
        position: { vehicle: { id: shipment.assignment?.vehicleId }, driver: { id: shipment.assignment?.driverId } },
        eta: { status: 'ESTIMATED' },
      });
    // The seed of shipments has the same arrivals.
    const told = new Map(arrivalsOf(world).map((arrival) => [arrival.shipmentId, arrival]));
    expect(seen.map(({ eta }) => eta)).toMatchObject(
      onTheRoad.map(({ id }) => ({ arrivesAt: told.get(id)?.arrivesAt, latestAt: told.get(id)?.latestAt })),
    );
    const delivered = world.shipments.filter(({ status }) => status === 'DELIVERED').slice(-20);
    const done = await entities(
      dispatcher,
      query,
      delivered.map(({ id }) => ({ __typename: 'Shipment', id })),
    );
    expect(done.every(({ position }) => position === null)).toBe(true);
  });

  test('lets the demo customer and the demo driver see the demo load', async () => {
    const query = `query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { position { recordedAt } track { recordedCount } } } }`;
    const load = [{ __typename: 'Shipment', id: world.demo.activeShipmentId }];
    const visible = [{ position: { recordedAt: expect.any(String) }, track: { recordedCount: expect.any(Number) } }];
    expect(await entities(customerOf(world.demo.customerOrganizationId), query, load)).toEqual(visible);
    expect(await entities(driverOf(world.demo.driverId), query, load)).toEqual(visible);
    expect(await entities(customerOf(world.demo.partnerOrganizationId), query, load)).toEqual([
      { position: null, track: null },
    ]);
  });

  test('has geofences around the hubs, and the vehicles inside', async () => {
    const { data } = await scene.graph.ask(dispatcher, '{ geofences(first: 100) { totalCount nodes { name } } }');
    expect(data).toMatchObject({ geofences: { totalCount: world.hubs.length } });
    const [present] = await rows('select count(*) as n from geofence_presence');
    expect(Number(present?.n)).toBeGreaterThan(0);
  });
});
