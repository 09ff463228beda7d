import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { type LivePubSub, LiveQueue } from './pubsub.ts';

/** Live fan-out between processes through Redis. Both connections re-connect and re-subscribe by themselves. */
export async function createRedisPubSub(url: string): Promise<LivePubSub> {
  const publisher = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
  const subscriber = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: null });
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
