import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis, type RedisOptions } from 'ioredis';
import { errorMessage } from '#shared/errors/error-code.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { ControlMessages } from './control-messages.ts';

/** Commands fail at once while Redis is away, and after 500 ms without a response. */
const commanding: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 500,
  lazyConnect: true,
};
/** Subscriptions wait for Redis, and ioredis repeats them after an outage. */
const subscribing: RedisOptions = { maxRetriesPerRequest: null, lazyConnect: true };

/** What the gateways share through Redis, besides the budgets. */
export interface SharedRedis {
  readonly messages: ControlMessages;
  readonly commands: Pick<Redis, 'set' | 'get' | 'mget' | 'eval' | 'zrem' | 'on'>;
  close(): void;
}

/** Connects in the background: a gateway starts and works without Redis. */
export function openSharedRedis(url: string, log: Log): SharedRedis {
  const commands = new Redis(url, commanding);
  const subscriber = new Redis(url, subscribing);
  const topics = new RedisPubSub({ publisher: commands, subscriber });
  let isAway = false;
  for (const redis of [commands, subscriber]) {
    redis.on('error', (error) => {
      // Logs only the message: the error also contains the command, which can contain the password.
      if (!isAway) log.warn({ reason: errorMessage(error) }, 'no connection to Redis: gateways hear of changes later');
      isAway = true;
    });
    redis.on('ready', () => {
      isAway = false;
    });
    // A failure is an event, after which ioredis connects again.
    redis.connect().catch(() => {});
  }
  const reported = new Set<string>();
  const reportUnknown = (topic: string): void => {
    if (!reported.has(topic))
      log.warn({ topic }, 'a message of unknown shape is ignored; a gateway of another release may have sent it');
    reported.add(topic); // once, because others may follow
  };
  return {
    commands,
    messages: {
      publish: (topic, payload) => void topics.publish(topic, payload).catch(() => {}),
      listen(topic, shape, onMessage) {
        const receive = (payload: unknown): void => {
          const { success, data } = shape.safeParse(payload);
          if (success) onMessage(data);
          else reportUnknown(topic);
        };
        // Subscribes before the library does: if that fails, it also rejects a promise without a handler, which would end the process.
        const subscribed = subscriber.subscribe(topic).then(() => topics.subscribe(topic, receive));
        subscribed.catch(() => {}); // the gateway closes
      },
    },
    close() {
      commands.disconnect();
      subscriber.disconnect();
    },
  };
}
