import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import { GraphError } from './errors.ts';
import { type LivePubSub, LiveQueue } from './pubsub.ts';
import { publishing, RedisConnections, type RedisObserver, subscribing } from './redis-connection.ts';
import { RedisPublisher } from './redis-publisher.ts';

/** Live fan-out between processes through Redis. */
export async function createRedisPubSub(url: string, observer: RedisObserver): Promise<LivePubSub> {
  const connections = new RedisConnections(url, observer);
  try {
    const publisher = await connections.open(publishing);
    const subscriber = await connections.open(subscribing);
    const topics = new RedisPubSub({ publisher, subscriber });
    return pubSubOf(topics, subscriber, new RedisPublisher(publisher, observer.log), () => connections.close());
  } catch (error) {
    connections.close();
    throw error;
  }
}

function pubSubOf(
  redis: RedisPubSub,
  subscriber: Redis,
  publisher: RedisPublisher,
  disconnect: () => void,
): LivePubSub {
  const open = new Set<LiveQueue<unknown>>();
  let closed = false;
  return {
    publish: (topic, payload, onLoss) => publisher.publish({ topic, text: JSON.stringify(payload), onLoss }),
    async subscribe<T>(topics: readonly string[], onLoss?: () => void) {
      if (subscriber.status !== 'ready')
        throw new GraphError('SERVICE_UNAVAILABLE', 'Live data is not available at the moment. Try again later.');
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
      publisher.close();
      disconnect();
    },
  };
}
