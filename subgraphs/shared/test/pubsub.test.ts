import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConsumerOptions } from '../live/consumer.ts';
import { countLosses } from '../live/counted-live.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createRedisPubSub } from '../live/pubsub-redis.ts';
import { Health } from '../runtime/health.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { type RedisServer, redisIsAvailable, startRedis } from './redis-server.ts';

/** Options of a consumer that gets every payload, if no two are equal. */
const each = <T = unknown>(): ConsumerOptions<T> => ({
  latest: { keys: 1_000, keyOf: (value) => JSON.stringify(value) },
});

interface Implementation {
  readonly name: string;
  readonly available: boolean;
  start(): Promise<void>;
  create(): Promise<LivePubSub>;
  stop(): Promise<void>;
}

const memory: Implementation = {
  name: 'memory',
  available: true,
  start: async () => {},
  create: async () => createMemoryPubSub(),
  stop: async () => {},
};

function redisImplementation(): Implementation {
  let server: RedisServer | undefined;
  return {
    name: 'redis',
    available: redisIsAvailable,
    async start() {
      server = await startRedis();
    },
    create: () => createRedisPubSub(server?.url ?? '', { log: createLog('test', 'silent'), health: new Health() }),
    stop: async () => server?.stop(),
  };
}

// One test suite for all implementations, so that the one in memory behaves like Redis.
for (const implementation of [memory, redisImplementation()]) {
  if (!implementation.available) {
    test.skip(`live pub/sub in ${implementation.name}: skipped, no redis-server and no REDIS_URL`, () => {});
    continue;
  }
  describe(`live pub/sub in ${implementation.name}`, () => {
    let live: LivePubSub;
    beforeAll(() => implementation.start());
    afterAll(() => implementation.stop());
    beforeEach(async () => {
      live = await implementation.create();
    });
    afterEach(() => live.close());

    test('delivers payloads that are published after `subscribe` resolved, in order', async () => {
      const stream = await live.subscribe(['a'], each<number>());
      live.publish('a', 1);
      live.publish('a', 2);
      expect([(await stream.next()).value, (await stream.next()).value]).toEqual([1, 2]);
    });

    test('delivers a topic to each of its subscribers and to no other', async () => {
      const [first, second, other] = await Promise.all([
        live.subscribe(['a'], each()),
        live.subscribe(['a', 'b'], each()),
        live.subscribe(['c'], each()),
      ]);
      live.publish('a', 'from a');
      live.publish('b', 'from b');
      live.publish('c', 'from c');
      expect((await first.next()).value).toBe('from a');
      expect([(await second.next()).value, (await second.next()).value]).toEqual(['from a', 'from b']);
      expect((await other.next()).value).toBe('from c');
    });

    test('a subscriber that leaves does not end the topic for others', async () => {
      const [leaving, staying] = await Promise.all([live.subscribe(['a'], each()), live.subscribe(['a'], each())]);
      await leaving.return?.();
      live.publish('a', 'still here');
      expect((await staying.next()).value).toBe('still here');
      expect(await leaving.next()).toEqual({ value: undefined, done: true });
    });

    test('delivers complete copies of JSON values', async () => {
      const value = { text: 'Montréal ✓', list: [1, null, { deep: true }] };
      const stream = await live.subscribe(['a'], each<typeof value>());
      live.publish('a', value);
      const { value: received } = await stream.next();
      expect(received).toEqual(value);
      expect(received).not.toBe(value);
    });

    test('a consumer that needs only the latest payload of each key skips earlier ones, which are counted', async () => {
      const published = 256;
      const counted = countLosses(live, createLog('test', 'silent'));
      const latest = { keys: 2, keyOf: ([key]: readonly [string, number]) => key };
      const [slow, marker] = await Promise.all([
        counted.subscribe(['a'], { latest }),
        live.subscribe(['a'], each<readonly [string, number]>()),
      ]);
      for (let index = 0; index < published; index++) live.publish('a', [index % 2 ? 'odd' : 'even', index]);
      while ((await marker.next()).value?.[1] !== published - 1);
      expect([(await slow.next()).value, (await slow.next()).value]).toEqual([
        ['even', published - 2],
        ['odd', published - 1],
      ]);
      expect([counted.lost, counted.conflated]).toEqual([0, published - 2]);
    });

    test('a consumer with too many keys gets an error after its backlog, which is counted and logged', async () => {
      const logged: unknown[] = [];
      const log = { warn: (entry: unknown) => logged.push(entry) } as unknown as Log; // the only method that is called
      const counted = countLosses(live, log);
      const slow = await counted.subscribe<string>(['a'], { latest: { keys: 1, keyOf: (value) => value } });
      const marker = await live.subscribe(['a'], each<string>());
      for (const value of ['x', 'y']) live.publish('a', value);
      while ((await marker.next()).value !== 'y');
      expect((await slow.next()).value).toBe('x');
      await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'LIVE_QUEUE_OVERFLOW' } });
      expect([counted.lost, logged]).toEqual([1, [{ topics: ['a'] }]]);
    });

    test('a payload that cannot be parsed ends the stream of that consumer with the error', async () => {
      const parse = (payload: unknown) => {
        if (typeof payload !== 'number') throw new Error('no number');
        return payload;
      };
      const [strict, other] = await Promise.all([
        live.subscribe(['a'], { ...each<number>(), parse }),
        live.subscribe(['a'], each()),
      ]);
      for (const value of [1, 'two', 3]) live.publish('a', value);
      expect((await strict.next()).value).toBe(1);
      await expect(strict.next()).rejects.toThrow('no number');
      expect(await strict.next()).toEqual({ value: undefined, done: true });
      expect([(await other.next()).value, (await other.next()).value, (await other.next()).value]).toEqual([
        1,
        'two',
        3,
      ]);
    });

    test('`close` ends every stream, even a waiting one', async () => {
      const stream = await live.subscribe(['a'], each());
      const waiting = stream.next();
      await live.close();
      expect(await waiting).toEqual({ value: undefined, done: true });
    });
  });
}
