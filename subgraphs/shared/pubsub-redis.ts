import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { errorMessage } from './error-code.ts';
import type { Log } from './log.ts';
import { type LivePubSub, LiveQueue } from './pubsub.ts';

/** Live fan-out between processes through Redis. Both connections re-connect and re-subscribe by themselves. */
export async function createRedisPubSub(url: string, log: Log): Promise<LivePubSub> {
  const publisher = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
  const subscriber = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
  for (const redis of [publisher, subscriber]) logConnection(redis, log);
  await Promise.all([publisher.connect(), subscriber.connect()]);
  const redis = new RedisPubSub({ publisher, subscriber });
  const open = new Set<LiveQueue<unknown>>();
  let closed = false;

  return {
    publish: (topic, payload) => redis.publish(topic, payload),
    async subscribe<T>(topics: readonly string[], onLoss?: () => void) {
      const ids: number[] = [];
      const queue: LiveQueue<T> = new LiveQueue<T>(() => {
        open.delete(queue as LiveQueue<unknown>);
        for (const id of ids) redis.unsubscribe(id);
      }, onLoss);
      for (const topic of topics) {
        ids.push(await redis.subscribe<T>(topic, (payload) => queue.push(payload)));
      }
      open.add(queue as LiveQueue<unknown>);
      return queue;
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...open].map((queue) => queue.return()));
      await redis.close();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** One line when the connection is lost and one when it is back, however often it is tried in between. */
function logConnection(redis: Redis, log: Log): void {
  let lost = false;
  redis.on('error', (error) => {
    // Nothing else of the error: it holds the command, which may be the one with the password.
    if (!lost) log.error({ reason: errorMessage(error) }, 'Redis does not answer; it is tried again');
    lost = true;
  });
  redis.on('ready', () => {
    if (lost) log.info('Redis answers again');
    lost = false;
  });
}
