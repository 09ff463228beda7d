import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { latestByKey } from '#shared/live/backlog.ts';
import { Channel } from '#shared/live/channel.ts';
import type { ConsumerOptions } from '#shared/live/consumer.ts';
import type { LivePubSub } from '#shared/live/pubsub.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { identityToken } from '#shared/test/harness.ts';
import type { Position } from '../domain/position.ts';
import { latestMoves, latestPositions } from '../resolvers/latest-moves.ts';
import { at, chicago, customerOf, dispatcher, driverOf, minutes, openScene, type Scene, step } from './scene.ts';

const suburb = { latitude: chicago.latitude + 0.02, longitude: chicago.longitude };

const subscription = `subscription M($ids: [ID!]!) { vehicleMoved(ids: $ids) {
  vehicle { id } position { recordedAt location { latitude } driver { id } shipment { id } } } }`;

interface Moved {
  readonly vehicleMoved: { vehicle: { id: string }; position: { recordedAt: string } };
}

/** A pub/sub whose listeners can be counted and waited for. */
function watchedPubSub() {
  const inner = createMemoryPubSub();
  let listeners = 0;
  const waiting = new Map<number, (() => void)[]>();
  const changed = (by: number) => {
    listeners += by;
    for (const wake of waiting.get(listeners)?.splice(0) ?? []) wake();
  };
  const live: LivePubSub = {
    ...inner,
    async subscribe<T>(topics: readonly string[], options: ConsumerOptions<T>) {
      const channel = await inner.subscribe<T>(topics, options);
      changed(1);
      const end = channel.return.bind(channel);
      let open = true;
      channel.return = () => {
        if (open) changed(-1);
        open = false;
        return end();
      };
      return channel;
    },
  };
  return {
    live,
    /** Resolves when there are this many listeners. */
    listeners: (count: number) =>
      listeners === count
        ? Promise.resolve()
        : new Promise<void>((resolve) => waiting.set(count, [...(waiting.get(count) ?? []), resolve])),
  };
}

describe('vehicleMoved', () => {
  const pubsub = watchedPubSub();
  let scene: Scene;
  let client: Client;
  let vehicleId: string;
  beforeAll(async () => {
    scene = await openScene(pubsub.live);
    client = createClient({ url: scene.graph.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
  });
  afterAll(async () => {
    await client.dispose();
    await scene.graph.close();
  });
  beforeEach(async () => {
    scene.clock.now = minutes(60);
    vehicleId = await scene.vehicle();
  });

  const watched = new Set<{ close(): unknown }>();
  /** A test that fails leaves its watchers to this, so that the next one finds no listener. */
  afterEach(async () => {
    for (const watcher of watched) await watcher.close();
    watched.clear();
    await pubsub.listeners(0);
  });

  async function watch(as: Identity, ...ids: string[]) {
    const events = client.iterate<Moved>({
      query: subscription,
      variables: { ids },
      extensions: { identity: identityToken('tracking', as) },
    });
    const watcher = {
      async next() {
        const { value } = await events.next();
        if (value?.errors) throw new Error(JSON.stringify(value.errors));
        return value?.data?.vehicleMoved;
      },
      close: () => events.return?.(),
    };
    watched.add(watcher);
    return watcher;
  }
  const recordedAt = (seconds: number) => ({
    position: { recordedAt: new Date(minutes(0).getTime() + seconds * 1000).toISOString() },
  });

  test('sends the current position first, then each move, without late positions', async () => {
    await scene.report(dispatcher, [at(vehicleId, 100)]);
    const watcher = await watch(dispatcher, vehicleId);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: vehicleId }, ...recordedAt(100) });
    await scene.report(dispatcher, [at(vehicleId, 50), at(vehicleId, 100)]);
    await scene.report(dispatcher, [at(vehicleId, 200), at(vehicleId, 180)]);
    expect(await watcher.next()).toMatchObject(recordedAt(200));
    await scene.report(dispatcher, [at(vehicleId, 300, { location: suburb })]);
    expect(await watcher.next()).toMatchObject({ position: { location: { latitude: suburb.latitude } } });
    await watcher.close();
    await pubsub.listeners(0);
  });

  test('unsubscribes at once when its last listener leaves, even if nothing moves', async () => {
    const watcher = await watch(dispatcher, vehicleId);
    const waiting = watcher.next();
    await pubsub.listeners(1);
    await watcher.close();
    await pubsub.listeners(0);
    expect(await waiting).toBeUndefined();
  });

  test('sends moves of the requested vehicles only', async () => {
    const other = await scene.vehicle();
    await scene.report(dispatcher, [at(vehicleId, 1), at(other, 1)]);
    const watcher = await watch(dispatcher, other);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: other } });
    await scene.report(dispatcher, [at(vehicleId, 2)]);
    await scene.report(dispatcher, [at(other, 3)]);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: other }, ...recordedAt(3) });
    await watcher.close();
    await pubsub.listeners(0);
  });

  test('shows a customer the vehicle from pickup to delivery', async () => {
    const [driverId, mine] = [await scene.driver(), await scene.vehicle()];
    const load = await scene.load({ driverId, vehicleId });
    await scene.report(dispatcher, [at(vehicleId, 10), at(mine, 10)]);
    // A second vehicle, always visible, shows that the moves of the first were withheld, not merely late.
    const always = await scene.load({
      organizationId: load.organizationId,
      driverId: await scene.driver(),
      vehicleId: mine,
    });
    await scene.receive('shipment.pickedUp', step(always, 0));
    const watcher = await watch(customerOf(load.organizationId), vehicleId, mine);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: mine }, ...recordedAt(10) });

    await scene.report(dispatcher, [at(vehicleId, 20)]);
    await scene.receive('shipment.pickedUp', step(load, 1));
    await scene.report(dispatcher, [at(vehicleId, 70)]);
    expect(await watcher.next()).toMatchObject({
      vehicle: { id: vehicleId },
      position: { driver: { id: driverId }, shipment: { id: load.shipmentId }, ...recordedAt(70).position },
    });
    await scene.receive('shipment.cancelled', { ...step(load, 2), reason: 'given up' });
    await scene.report(dispatcher, [at(vehicleId, 130)]);
    await scene.report(dispatcher, [at(mine, 140)]);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: mine }, ...recordedAt(140) });
    await watcher.close();
    await pubsub.listeners(0);
  });

  test('shows drivers the vehicle that they drive', async () => {
    const [driverId, colleague] = [await scene.driver(), await scene.driver()];
    await scene.report(dispatcher, [at(vehicleId, 10, { driverId: colleague })]);
    const own = await scene.vehicle();
    await scene.report(dispatcher, [at(own, 15, { driverId })]);
    const watcher = await watch(driverOf(driverId), vehicleId, own);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: own }, ...recordedAt(15) });
    await scene.report(dispatcher, [at(vehicleId, 20, { driverId: colleague })]);
    await scene.report(dispatcher, [at(vehicleId, 30, { driverId })]);
    expect(await watcher.next()).toMatchObject({ vehicle: { id: vehicleId }, ...recordedAt(30) });
    await watcher.close();
    await pubsub.listeners(0);
  });

  test.each<[string, Identity, string[], string]>([
    ['anonymous', anonymous, [newId()], 'UNAUTHENTICATED'],
    ['no ids', dispatcher, [], 'BAD_USER_INPUT'],
    ['101 ids', dispatcher, Array.from({ length: 101 }, () => newId()), 'BAD_USER_INPUT'],
  ])('refuses %s', async (_what, as, ids, code) => {
    const watcher = await watch(as, ...ids);
    await expect(watcher.next()).rejects.toThrow(code);
    await pubsub.listeners(0);
  });
});

describe('moves of a slow reader', () => {
  const position = (vehicleId: string, seconds: number): Position => ({
    vehicleId,
    driverId: null,
    recordedAt: new Date(seconds * 1000),
    latitude: 1,
    longitude: 1,
    accuracyMeters: 1,
    speedMetersPerSecond: null,
    headingDegrees: null,
    sequence: null,
    receivedAt: new Date(0),
  });
  function channelOf(positions: readonly Position[], onEnd?: () => void): Channel<Position> {
    const channel = new Channel(latestByKey(latestPositions(2), { onLoss: () => {} }), onEnd);
    for (const each of positions) channel.push(each);
    return channel;
  }

  test('are the latest of each vehicle, never an older one', async () => {
    const given = [
      position('a', 1),
      position('a', 3),
      position('b', 1),
      position('a', 2),
      position('b', 5),
      position('a', 9),
    ];
    const changes = channelOf(given);
    const moves = latestMoves({ snapshot: [position('a', 2)], changes, visible: () => Promise.resolve(true) });
    const two = [await moves.next(), await moves.next()];
    expect(
      two.map(({ value: { vehicleMoved } }) => [vehicleMoved.vehicle.id, vehicleMoved.position.recordedAt.getTime()]),
    ).toEqual([
      ['a', 9_000],
      ['b', 5_000],
    ]);
    changes.push(position('a', 8));
    changes.push(position('a', 10));
    expect((await moves.next()).value.vehicleMoved.position.recordedAt.getTime()).toBe(10_000);
    await moves.return?.();
    expect(await moves.next()).toEqual({ value: undefined, done: true });
  });

  test('end and unsubscribe if the visibility check fails', async () => {
    let left = false;
    const changes = channelOf([position('a', 1)], () => {
      left = true;
    });
    const visible = () => Promise.reject(new Error('the database is away'));
    const moves = latestMoves({ snapshot: [], changes, visible });
    await expect(moves.next()).rejects.toThrow('the database is away');
    expect(left).toBe(true);
    expect(await moves.next()).toEqual({ value: undefined, done: true });
  });
});
