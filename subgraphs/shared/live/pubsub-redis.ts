import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import { GraphError } from '../errors/errors.ts';
import { type ConsumerOptions, openConsumer } from './consumer.ts';
import type { LivePubSub } from './pubsub.ts';
import { publishing, RedisConnections, type RedisObserver, subscribing } from './redis-connection.ts';
import { RedisPublisher } from './redis-publisher.ts';

/** Live fan-out between processes through Redis. */
export async function createRedisPubSub(url: string, observer: RedisObserver): Promise<LivePubSub> {
  const connections = new RedisConnections(url, observer);
  try {
    const publisher = await connections.open(publishing);
    const subscriber = await connections.open(subscribing);
    const topics = new RedisPubSub({ publisher, subscriber });
    return createPubSub(topics, subscriber, new RedisPublisher(publisher, observer.log), () => connections.close());
  } catch (error) {
    connections.close();
    throw error;
  }
}

function createPubSub(
  redis: RedisPubSub,
  subscriber: Redis,
  publisher: RedisPublisher,
  disconnect: () => void,
): LivePubSub {
  const open = new Set<() => Promise<unknown>>();
  let closed = false;
  return {
    publish: (topic, payload, onLoss) => publisher.publish({ topic, text: JSON.stringify(payload), onLoss }),
    async subscribe<T>(topics: readonly string[], options: ConsumerOptions<T>) {
      if (subscriber.status !== 'ready')
        throw new GraphError('SERVICE_UNAVAILABLE', 'Live data is not available at the moment. Try again later.');
      // Subscribes before graphql-redis-subscriptions does. If Redis refuses, that library also rejects a promise without a
      // handler, which would end the process.
      if (topics.length > 0) await subscriber.subscribe(...topics);
      const ids: number[] = [];
      const { channel, receive } = openConsumer(options, () => {
        open.delete(end);
        for (const id of ids) redis.unsubscribe(id);
      });
      const end = () => channel.return();
      open.add(end);
      try {
        for (const topic of topics) ids.push(await redis.subscribe<unknown>(topic, receive));
      } catch (error) {
        await end();
        throw error;
      }
      return channel;
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([...open].map((end) => end()));
      publisher.close();
      disconnect();
    },
  };
}
