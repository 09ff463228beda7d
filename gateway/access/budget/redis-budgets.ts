import { Redis, type RedisOptions } from 'ioredis';
import { z } from 'zod';
import { errorMessage } from '#shared/errors/error-code.ts';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { BudgetStore } from './budget-store.ts';
import { RedisSlots } from './redis-slots.ts';
import { RedisStore } from './redis-store.ts';
import { SharedSlots } from './shared-slots.ts';
import { SharedStore } from './shared-store.ts';
import type { SlotStore } from './slots.ts';

/** Commands fail when Redis is away: a repeated one could take points twice. Redis counts as away if it does not respond within 500 ms. */
const connection: RedisOptions = {
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  commandTimeout: 500,
  lazyConnect: true,
};
/** Milliseconds between two signs of life of a gateway. */
const beatMs = 2_000;
/** Milliseconds after its last sign of life in which a gateway counts as running. */
const seenMs = 10_000;
/** Milliseconds between two renewals of slots. */
const renewMs = 20_000;

/**
 * Notes that a gateway runs. Returns the number of running gateways, the id of the data (Redis has another one after it has lost its data), and 1 if
 * the gateway did not count as running before.
 * KEYS: gateways by the time of their last sign of life; the id. ARGV: the gateway, `seenMs`, and a new id.
 */
const beatScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
local isNew = redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('SET', KEYS[2], ARGV[3], 'NX')
return { redis.call('ZCARD', KEYS[1]), redis.call('GET', KEYS[2]), isNew }
`;
const beatReply = z.tuple([z.number(), z.string(), z.number()]);
const gatewaysKey = 'freight:gateways';
const dataKey = 'freight:budget-data';

/** The budgets of all gateways that use one Redis. */
export interface RedisBudgets {
  readonly store: BudgetStore;
  readonly slots: SlotStore;
  close(): Promise<void>;
}

/** Connects to Redis in the background. Until it responds, and whenever it is away, this gateway spends its share. */
export function openRedisBudgets(url: string, log: Log): RedisBudgets {
  const redis = new Redis(url, connection);
  const gateway = newId();
  let gateways = 1;
  let data: string | undefined;
  const store = new SharedStore({
    redis: new RedisStore(redis),
    gateways: () => gateways,
    onOutage: (isAway) => {
      if (isAway && data !== undefined) log.error({ gateways }, 'Redis does not respond: budgets are spent by shares');
      if (!isAway) log.info('budgets are shared through Redis');
    },
  });
  const slots = new SharedSlots({
    redis: new RedisSlots({ redis, gateway, gatewaysKey, seenMs }),
    isAway: () => store.isAway,
    gateways: () => gateways,
    onFailure: () => void store.leave(),
  });

  async function beat(): Promise<void> {
    try {
      const reply = await redis.eval(beatScript, 2, gatewaysKey, dataKey, gateway, seenMs, newId());
      const [count, id, isNew] = beatReply.parse(reply);
      const isBack = store.isAway;
      if (isBack) await store.rejoin(data !== undefined && id !== data);
      // The slots of a gateway that was away or silent may have been given to others.
      if (isBack || isNew === 1) await slots.renew();
      gateways = count;
      data = id;
    } catch {
      store.leave();
    }
  }

  // The first response ends this, so that requests do not wait for the connection.
  store.leave();
  redis.on('error', (error) => {
    // Logs only the message: the error also contains the command, which can contain the password.
    log.warn({ reason: errorMessage(error) }, 'no connection to Redis: budgets are spent by shares');
  });
  redis.on('close', () => store.leave());
  redis.on('ready', () => void beat());
  const beating = setInterval(() => {
    if (redis.status === 'ready') void beat();
  }, beatMs).unref();
  const renewing = setInterval(() => {
    if (redis.status === 'ready' && !store.isAway) void slots.renew();
  }, renewMs).unref();
  // A failure is an event `close`, after which ioredis connects again.
  redis.connect().catch(() => {});
  return {
    store,
    slots,
    async close() {
      clearInterval(beating);
      clearInterval(renewing);
      redis.removeAllListeners('close');
      if (redis.status === 'ready') await redis.zrem(gatewaysKey, gateway).catch(() => {});
      redis.disconnect();
    },
  };
}
