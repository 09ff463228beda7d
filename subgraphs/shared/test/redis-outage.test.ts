import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { countLosses } from '../live/counted-live.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import { createRedisPubSub } from '../live/pubsub-redis.ts';
import { maxWaiting } from '../live/redis-publisher.ts';
import { Health, type PartStatus } from '../runtime/health.ts';
import { createLog } from '../runtime/log.ts';
import { type CuttableLine, openCuttableLine } from './cuttable-line.ts';
import { somebody, startTestSubgraph } from './harness.ts';
import { type RedisServer, redisIsAvailable, startRedis } from './redis-server.ts';
import { sampleSubgraph } from './sample.ts';

const options = { latest: { keys: 10, keyOf: (value: unknown) => JSON.stringify(value) } };

const log = createLog('test', 'silent');

(redisIsAvailable ? describe : describe.skip)('while Redis is away', () => {
  let server: RedisServer;
  let line: CuttableLine;
  let health: Health;
  let live: LivePubSub;

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    line = await openCuttableLine(server.url);
    health = new Health();
    live = await createRedisPubSub(line.url, { log, health });
  });
  afterEach(async () => {
    await line.mend();
    await live.close();
    await line.close();
  });

  const partBecomes = async (status: PartStatus) => {
    for (;;) {
      const part = health.parts().find(({ name }) => name === 'redis');
      if (part?.status === status) return part;
      await setImmediate();
    }
  };

  test('a mutation responds at once, and another process gets its event when Redis is back', async () => {
    const subgraph = await startTestSubgraph(sampleSubgraph('shipments'), { live });
    const other = await createRedisPubSub(server.url, { log, health: new Health() });
    try {
      const heard = await other.subscribe(['notes'], options);
      await line.cut();
      await partBecomes('down');
      const write = 'mutation { writeNote(input: { text: "hello" }) { note { id } } }';
      const { data, errors } = await subgraph.ask(somebody(['DISPATCHER']), write);
      expect(errors).toEqual([]);
      await line.mend();
      expect((await heard.next()).value).toEqual((data as { writeNote: { note: unknown } }).writeNote.note);
    } finally {
      await other.close();
      await subgraph.close();
    }
  });

  test('health reports the outage without the message of the driver, and its end', async () => {
    await partBecomes('up');
    await line.cut();
    expect(await partBecomes('down')).toMatchObject({
      reason: 'Redis does not respond. Live data reaches only some of its subscribers.',
    });
    await line.mend();
    await partBecomes('up');
  });

  test('the newest messages wait for Redis, older ones are lost and counted', async () => {
    const counted = countLosses(live, log);
    await line.cut();
    await partBecomes('down');
    for (let index = 0; index < maxWaiting + 7; index++) counted.publish('a', index);
    expect(counted.unsent).toBe(7);
  });

  test('a message that Redis does not acknowledge is counted as lost and not sent again', async () => {
    line.freeze();
    await new Promise<void>((lost) => live.publish('a', 'unheard', lost));
  });

  test('a new subscriber gets SERVICE_UNAVAILABLE', async () => {
    await line.cut();
    await partBecomes('down');
    await expect(live.subscribe(['a'], options)).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
    });
  });

  test('a subscriber that can join only some of its topics gets an error and leaves them', async () => {
    const admin = new Redis(server.url);
    const limited = new URL(server.url);
    [limited.username, limited.password] = ['one-topic', 'secret'];
    await admin.call('ACL', 'SETUSER', 'one-topic', 'on', '>secret', '+@all', '~*', 'resetchannels', '&allowed');
    const restricted = await createRedisPubSub(limited.href, { log, health: new Health() });
    try {
      await expect(restricted.subscribe(['allowed', 'forbidden'], options)).rejects.toThrow('NOPERM');
      while (Number((await admin.pubsub('NUMSUB', 'allowed'))[1]) > 0);
    } finally {
      await restricted.close();
      await admin.call('ACL', 'DELUSER', 'one-topic');
      admin.disconnect();
    }
  });

  test('a subscriber that leaves a topic during the outage does not get it back', async () => {
    const heard = await live.subscribe(['a'], options);
    await line.cut();
    await partBecomes('down');
    await heard.return?.();
    await line.mend();
    await partBecomes('up');
    const again = await live.subscribe(['a'], options);
    live.publish('a', 'for those who listen now');
    expect((await again.next()).value).toBe('for those who listen now');
    expect(await heard.next()).toEqual({ value: undefined, done: true });
  });
});
