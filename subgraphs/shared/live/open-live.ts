import type { LivePubSub } from './pubsub.ts';
import { createMemoryPubSub } from './pubsub-memory.ts';
import { createRedisPubSub } from './pubsub-redis.ts';
import type { RedisObserver } from './redis-connection.ts';

/** Live fan-out through Redis if its URL is set, else within this process. */
export async function openLive(
  { redisUrl }: { readonly redisUrl: string | undefined },
  observer: RedisObserver,
): Promise<LivePubSub> {
  return redisUrl === undefined ? createMemoryPubSub() : createRedisPubSub(redisUrl, observer);
}
