import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventPayload } from '#shared/events/topics.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase, type TestDatabase } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import { at, chicago, denver, dispatcher, minutes, openScene, type Scene, step } from './scene.ts';

type Told = EventPayload<'arrivals.estimated'>;

let database: TestDatabase;
let scene: Scene;
let neighbour: Awaited<ReturnType<typeof openNeighbour>>;
const received: Told[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  scene = await openScene(undefined, database);
  neighbour = await openNeighbour();
});
afterAll(async () => {
  await neighbour.close();
  await scene.graph.close();
  await database.drop();
});

function openNeighbour() {
  return openSubgraph(
    sampleSubgraph('shipments', { 'arrivals.estimated': async (_transaction, event) => void received.push(event) }),
    { databaseUrl: database.urlFor('shipments'), live: scene.graph.live, log: scene.graph.services.log },
  );
}

/** The arrivals that other subgraphs have received since the last call. */
async function told(): Promise<Told[]> {
  await scene.graph.services.jobs.drain();
  await neighbour.services.jobs.drain();
  return received.splice(0);
}

async function arrivalOf(shipmentId: string): Promise<object | undefined> {
  const { data } = await scene.graph.ask<{ _entities: { eta: object }[] }>(
    dispatcher,
    'query($r: [_Any!]!) { _entities(representations: $r) { ... on Shipment { eta { arrivesAt latestAt } } } }',
    { r: [{ __typename: 'Shipment', id: shipmentId }] },
  );
  return data?._entities[0]?.eta;
}

test('other subgraphs learn the arrivals of loads on the road, those of one batch in one event, every 15 minutes', async () => {
  const loads = [];
  for (let count = 0; count < 3; count++)
    loads.push(await scene.load({ driverId: await scene.driver(), vehicleId: await scene.vehicle() }));
  const [first, second, waiting] = loads;
  if (!first || !second || !waiting) throw new Error('three loads');
  await scene.receive('shipment.pickedUp', step(first, 0));
  await scene.receive('shipment.pickedUp', step(second, 0));

  scene.clock.now = minutes(1);
  await scene.report(dispatcher, [
    at(first.vehicleId, 60),
    at(second.vehicleId, 30, { location: denver }),
    at(waiting.vehicleId, 60),
  ]);
  const [event, ...others] = await told();
  expect(others).toEqual([]);
  expect(event?.at).toBe(minutes(1).toISOString());
  const arrivals = new Map(event?.arrivals.map((arrival) => [arrival.shipmentId, arrival]));
  expect([...arrivals.keys()].toSorted()).toEqual([first.shipmentId, second.shipmentId].toSorted());
  expect(arrivals.get(first.shipmentId)).toMatchObject({
    ...(await arrivalOf(first.shipmentId)),
    at: minutes(1).toISOString(),
  });
  // The second vehicle has arrived, so it is there now.
  expect(arrivals.get(second.shipmentId)).toMatchObject({
    arrivesAt: minutes(1).toISOString(),
    at: minutes(0.5).toISOString(),
  });

  scene.clock.now = minutes(10);
  await scene.report(dispatcher, [at(first.vehicleId, 600, { location: { ...chicago, longitude: -87.7 } })]);
  expect(await told()).toEqual([]);

  await scene.receive('shipment.delivered', {
    ...step(second, 12),
    onTime: true,
    deliverBy: minutes(3_000).toISOString(),
    pickedUpAt: minutes(0).toISOString(),
    createdAt: minutes(0).toISOString(),
    distanceMeters: 1,
  });
  scene.clock.now = minutes(16);
  await scene.report(dispatcher, [
    at(first.vehicleId, 960, { location: { ...chicago, longitude: -87.8 } }),
    at(second.vehicleId, 960, { location: denver }),
  ]);
  const later = await told();
  expect(later.flatMap((event) => event.arrivals)).toMatchObject([
    { shipmentId: first.shipmentId, at: minutes(16).toISOString() },
  ]);
});
