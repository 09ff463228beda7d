import { Redis, type RedisOptions } from 'ioredis';
import { errorMessage } from '../errors/error-code.ts';
import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { withinLimit } from '../runtime/shared-check.ts';

export interface RedisObserver {
  readonly log: Log;
  readonly health: Health;
}

/** Redis has failed when it does not answer within this time. */
export const responseMs = 2_000;
/** ioredis waits for so long for a connection to end, even one that has ended. */
const disconnectTimeout = 200;
/** How often Redis is asked whether it answers. */
const pingEveryMs = 5_000;

/** Commands fail when their connection breaks. Sent again, they could be done twice. */
export const publishing: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** Commands wait for Redis: topics are left and entered even so. */
export const subscribing: RedisOptions = { maxRetriesPerRequest: null };

/** Nobody waits for some commands of graphql-redis-subscriptions: their rejections would end the process. */
class QuietRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const answer = super.sendCommand(...args);
    Promise.resolve(answer).catch(() => {});
    return answer;
  }
}

/**
 * Connections of one process to Redis, which re-connect and re-subscribe by themselves. While Redis is away the health
 * part `redis` says so; each outage is logged once.
 */
export class RedisConnections {
  readonly #url: string;
  readonly #observer: RedisObserver;
  readonly #connections: Redis[] = [];
  readonly #away = new Set<Redis>();
  readonly #pinging: NodeJS.Timeout;

  constructor(url: string, observer: RedisObserver) {
    this.#url = url;
    this.#observer = observer;
    this.#pinging = setInterval(() => {
      for (const redis of this.#connections) void this.#ping(redis);
    }, pingEveryMs).unref();
  }

  /** @throws the error of the first attempt, when Redis is not there */
  async open(options: RedisOptions): Promise<Redis> {
    const redis = new QuietRedis(this.#url, { ...options, lazyConnect: true, disconnectTimeout });
    this.#connections.push(redis);
    let failure: unknown;
    redis.on('error', (error) => {
      failure = error;
      this.#lost(redis, error);
    });
    redis.on('close', () => this.#lost(redis, undefined));
    redis.on('ready', () => this.#found(redis));
    await redis.connect().catch((error: unknown) => {
      throw failure ?? error;
    });
    return redis;
  }

  close(): void {
    clearInterval(this.#pinging);
    for (const redis of this.#connections) {
      redis.removeAllListeners('close');
      redis.disconnect();
    }
  }

  /** A server that hangs keeps its connections open, and so does a network that swallows packets. */
  async #ping(redis: Redis): Promise<void> {
    if (redis.status !== 'ready') return;
    try {
      await withinLimit(redis.ping(), responseMs);
    } catch (error) {
      this.#lost(redis, error);
      redis.disconnect(true);
    }
  }

  #lost(redis: Redis, error: unknown): void {
    const { log, health } = this.#observer;
    // Only what the error says: it also holds the command, which may be the one with the password.
    const reason = error === undefined ? 'the connection ended' : errorMessage(error);
    if (this.#away.size === 0) log.error({ reason }, 'Redis does not answer');
    this.#away.add(redis);
    health.set('redis', 'down', 'Redis does not answer: live data reaches only some of its subscribers.');
  }

  #found(redis: Redis): void {
    const { log, health } = this.#observer;
    if (this.#away.delete(redis) && this.#away.size === 0) log.info('Redis answers again');
    if (this.#away.size === 0) health.set('redis', 'up');
  }
}
