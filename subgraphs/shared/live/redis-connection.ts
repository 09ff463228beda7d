import { Redis, type RedisOptions } from 'ioredis';
import { errorMessage } from '../errors/error-code.ts';
import type { Health } from '../runtime/health.ts';
import type { Log } from '../runtime/log.ts';
import { withinLimit } from '../runtime/shared-check.ts';

export interface RedisObserver {
  readonly log: Log;
  readonly health: Health;
}

/** Redis counts as failed if it does not respond within this time. */
export const responseMs = 2_000;
/** Time that ioredis waits for a connection to end, even if it has already ended. */
const disconnectTimeout = 200;
/** Interval of the pings to Redis. */
const pingEveryMs = 5_000;

/** Commands fail when their connection breaks. A retry could publish a message twice. */
export const publishing: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** Commands wait for Redis, so that subscribing and unsubscribing always take effect. */
export const subscribing: RedisOptions = { maxRetriesPerRequest: null };

/** graphql-redis-subscriptions does not await some of its commands. Their rejections would end the process. */
class QuietRedis extends Redis {
  override sendCommand(...args: Parameters<Redis['sendCommand']>): unknown {
    const response = super.sendCommand(...args);
    Promise.resolve(response).catch(() => {});
    return response;
  }
}

/**
 * Connections of one process to Redis. They reconnect and resubscribe automatically. During an outage the health part
 * `redis` is down. Each outage is logged once.
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

  /** @throws the error of the first attempt if Redis is unreachable */
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

  /** Detects a server that hangs and a network that drops packets, which both leave connections open. */
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
    // Logs only the message: the error also contains the command, which can contain the password.
    const reason = error === undefined ? 'the connection ended' : errorMessage(error);
    if (this.#away.size === 0) log.error({ reason }, 'Redis does not respond');
    this.#away.add(redis);
    health.set('redis', 'down', 'Redis does not respond. Live data reaches only some of its subscribers.');
  }

  #found(redis: Redis): void {
    const { log, health } = this.#observer;
    if (this.#away.delete(redis) && this.#away.size === 0) log.info('Redis responds again');
    if (this.#away.size === 0) health.set('redis', 'up');
  }
}
