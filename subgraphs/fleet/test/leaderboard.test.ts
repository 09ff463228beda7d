import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { newId } from '#shared/ids.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { identityToken, somebody } from '#shared/test/harness.ts';
import { spanAt } from '../domain/period.ts';
import { joinedChanges, leaderboardUpdates } from '../resolvers/leaderboard-updates.ts';
import { bookedShipment, dispatcher, type Fleet, inHours, now, startFleet } from './fleet-harness.ts';

let fleet: Fleet;
let anna: string;
let ben: string;
let carla: string;
let dora: string;
beforeAll(async () => {
  fleet = await startFleet();
  [anna = '', ben = '', carla = '', dora = ''] = await Promise.all(
    ['Anna', 'Ben', 'Carla', 'Dora'].map((name) => fleet.registerDriver({ name })),
  );
  await deliveries(anna, 3);
  await deliveries(ben, 2);
  await deliveries(carla, 2);
  await deliveries(dora, 1);
});
afterAll(() => fleet.close());

async function deliveries(driverId: string, count: number, at = inHours(-1)): Promise<void> {
  for (let done = 0; done < count; done++) await fleet.deliver(bookedShipment(), { driverId, at });
}

interface Entry {
  rank: number;
  points: number;
  driver: { name: string };
}
const entry = 'rank points driver { name }';

async function board(args = 'period: WEEKLY', page = '', as = dispatcher) {
  const { data, errors } = await fleet.ask<{
    leaderboard: {
      startsAt: string | null;
      endsAt: string | null;
      entries: { nodes: Entry[]; totalCount: number; pageInfo: { endCursor: string; hasNextPage: boolean } };
      standing: { entry: Entry; around: Entry[] } | null;
    };
  }>(
    as,
    `{ leaderboard(${args}) { startsAt endsAt entries(${page || 'first: 10'}) { nodes { ${entry} } totalCount pageInfo { endCursor hasNextPage } } } }`,
  );
  expect(errors).toEqual([]);
  return data!.leaderboard;
}

const shown = (entries: Entry[]) => entries.map(({ rank, points, driver }) => [rank, points, driver.name]);

describe('a leaderboard', () => {
  test('ranks by score; equal scores share a rank, and the next rank is skipped', async () => {
    const { startsAt, endsAt, entries } = await board();
    expect([startsAt, endsAt]).toEqual(['2026-03-09T00:00:00.000Z', '2026-03-16T00:00:00.000Z']);
    expect(entries.totalCount).toBe(4);
    expect(entries.nodes.map(({ rank, points }) => [rank, points])).toEqual([
      [1, 130],
      [2, 120],
      [2, 120],
      [4, 110],
    ]);
    expect(entries.nodes[0]?.driver.name).toBe('Anna');
  });

  test('keeps its ranks from page to page, in both directions', async () => {
    const whole = (await board()).entries.nodes;
    const first = (await board('period: WEEKLY', 'first: 2')).entries;
    expect(first.pageInfo.hasNextPage).toBe(true);
    const second = (await board('period: WEEKLY', `first: 2, after: "${first.pageInfo.endCursor}"`)).entries;
    expect([...first.nodes, ...second.nodes]).toEqual(whole);
    expect((await board('period: WEEKLY', 'last: 2')).entries.nodes).toEqual(whole.slice(2));
  });

  test('of a past month counts that month only', async () => {
    await deliveries(dora, 1, '2026-02-10T10:00:00.000Z');
    expect(shown((await board('period: MONTHLY, at: "2026-02-01T00:00:00Z"')).entries.nodes)).toEqual([
      [1, 110, 'Dora'],
    ]);
    expect(shown((await board('period: MONTHLY, at: "2026-01-31T23:59:59Z"')).entries.nodes)).toEqual([]);
    const always = await board('period: ALL_TIME');
    expect([always.startsAt, always.endsAt]).toEqual([null, null]);
    expect(always.entries.nodes.find(({ driver }) => driver.name === 'Dora')?.points).toBe(120);
  });

  test('of all time is refused for a moment', async () => {
    const at = (value: string) => fleet.ask(dispatcher, `{ leaderboard(period: ALL_TIME, at: ${value}) { endsAt } }`);
    expect((await at('"2026-02-01T00:00:00Z"')).errors).toMatchObject([
      {
        message: '"at" needs the period WEEKLY or MONTHLY. Omit it for ALL_TIME.',
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
    expect((await at('null')).errors).toEqual([]);
  });

  test('shows a driver their own entry between its neighbours', async () => {
    const asDora = somebody(['DRIVER'], { driverId: dora });
    const query = `{ leaderboard(period: WEEKLY) { standing(neighbours: 1) { entry { ${entry} } around { ${entry} } } } }`;
    const { data } = await fleet.ask<{ leaderboard: { standing: { entry: Entry; around: Entry[] } } }>(asDora, query);
    expect(shown([data!.leaderboard.standing.entry])).toEqual([[4, 110, 'Dora']]);
    expect(data!.leaderboard.standing.around.map(({ rank }) => rank)).toEqual([2, 4]);
    const withoutDriver = await fleet.ask(dispatcher, query);
    expect(withoutDriver.data).toEqual({ leaderboard: { standing: null } });
  });

  test.each([
    'leaderboard(period: WEEKLY) { standing(neighbours: 11) { entry { rank } } }',
    'leaderboard(period: WEEKLY) { entries(first: 101) { totalCount } }',
    'leaderboard(period: WEEKLY) { entries(first: 2, after: "eyJ4IjoxfQ") { totalCount } }',
    `leaderboard(period: WEEKLY) { entries(after: "${Buffer.from('["x","y"]').toString('base64url')}") { totalCount } }`,
  ])('refuses %s', async (field) => {
    const { errors } = await fleet.ask(dispatcher, `{ ${field} }`);
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('requires the scope fleet:read', async () => {
    const { errors } = await fleet.ask(somebody(['CUSTOMER']), '{ leaderboard { period } }');
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
});

describe('watching a leaderboard', () => {
  test('sends the current board, then each change with the old and the new rank', async () => {
    const client = createClient({ url: fleet.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const messages = client.iterate<{ leaderboardChanged: Record<string, unknown> }>({
        query: `subscription { leaderboardChanged(period: WEEKLY) {
          startsAt previousRank entry { ${entry} } leaders(first: 1) { ${entry} } } }`,
        extensions: { identity: identityToken('fleet', dispatcher) },
      });
      const snapshot = await messages.next();
      expect(snapshot.value?.data?.leaderboardChanged).toEqual({
        startsAt: '2026-03-09T00:00:00.000Z',
        previousRank: null,
        entry: null,
        leaders: [{ rank: 1, points: 130, driver: { name: 'Anna' } }],
      });
      await deliveries(dora, 1, '2026-02-11T10:00:00.000Z'); // another week: no message
      await fleet.receive('shipment.rated', {
        shipmentId: newId(),
        organizationId: newId(),
        driverId: dora,
        stars: 5,
        at: now.toISOString(),
      });
      const change = await messages.next();
      expect(change.value?.data?.leaderboardChanged).toMatchObject({
        previousRank: 4,
        entry: { rank: 1, points: 135, driver: { name: 'Dora' } },
        leaders: [{ rank: 1, points: 135, driver: { name: 'Dora' } }],
      });
      await messages.return?.();
    } finally {
      await client.dispose();
    }
  });

  test('unsubscribes at once, even while it waits for a change', async () => {
    const live = createMemoryPubSub();
    const updates = leaderboardUpdates(await live.subscribe(['board'], { latest: joinedChanges }), 'WEEKLY', () => now);
    expect(await updates.next()).toMatchObject({ value: { change: null } });
    const waiting = updates.next();
    await updates.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
    expect(await updates.next()).toEqual({ value: undefined, done: true });
  });

  test('a slow client gets the changes of a driver as one, with the rank before all of them', async () => {
    const live = createMemoryPubSub();
    const { startsAt } = spanAt('WEEKLY', now);
    const changed = (driverId: string, previousPoints: number) =>
      live.publish('board', { driverId, startsAt: startsAt.toISOString(), previousPoints });
    const updates = leaderboardUpdates(await live.subscribe(['board'], { latest: joinedChanges }), 'WEEKLY', () => now);
    await updates.next();
    for (let points = 0; points < 2_000; points++) changed('anna', points);
    changed('dora', 7);
    expect(await updates.next()).toMatchObject({ value: { change: { driverId: 'anna', previousPoints: 0 } } });
    expect(await updates.next()).toMatchObject({ value: { change: { driverId: 'dora', previousPoints: 7 } } });
    await live.close();
  });

  test('is forbidden for customers', async () => {
    const client = createClient({ url: fleet.url.replace('http', 'ws'), webSocketImpl: WebSocket, retryAttempts: 0 });
    try {
      const messages = client.iterate({
        query: 'subscription { leaderboardChanged(period: WEEKLY) { startsAt } }',
        extensions: { identity: identityToken('fleet', somebody(['CUSTOMER'])) },
      });
      const { value } = await messages.next();
      expect(value).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
    } finally {
      await client.dispose();
    }
  });
});

test('many changes of one driver at once all count', async () => {
  const emil = await fleet.registerDriver({ name: 'Emil' });
  await Promise.all(Array.from({ length: 8 }, () => deliveries(emil, 1)));
  const { data } = await fleet.ask(
    dispatcher,
    'query Q($id: ID!) { driver(id: $id) { score { deliveries points level } } }',
    {
      id: emil,
    },
  );
  expect(data).toEqual({ driver: { score: { deliveries: 8, points: 180, level: 1 } } });
});
