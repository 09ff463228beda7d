import type { Redis } from 'ioredis';

/** Milliseconds for which Redis keeps the slots of a caller after the last change or renewal. */
const keptMs = 60_000;

/**
 * States how many slots of a caller this gateway holds, if all running gateways together then hold at most the maximum. Slots of gateways without a
 * recent sign of life are free.
 *
 * KEYS[1] hash of the caller's slots: a count by gateway. KEYS[2] gateways by the time of their last sign of life.
 * ARGV[1] the gateway, ARGV[2] its slots, ARGV[3] the maximum, ARGV[4] milliseconds after its last sign of life in which a gateway counts as running,
 * ARGV[5] `keptMs`
 *
 * Returns 1, or 0 if there are not enough slots.
 */
const holdScript = `
local own, wanted, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local others = 0
local held = redis.call('HGETALL', KEYS[1])
for index = 1, #held, 2 do
  local gateway = held[index]
  if gateway ~= own then
    local seen = tonumber(redis.call('ZSCORE', KEYS[2], gateway))
    if seen and seen >= now - ARGV[4] then others = others + tonumber(held[index + 1])
    else redis.call('HDEL', KEYS[1], gateway) end
  end
end
if others + wanted > most then return 0 end
redis.call('HSET', KEYS[1], own, wanted)
redis.call('PEXPIRE', KEYS[1], ARGV[5])
return 1
`;

/** Replaces the number of slots that this gateway holds, without a maximum. KEYS[1] as above. ARGV: the gateway, its slots, `keptMs`. */
const stateScript = `
if tonumber(ARGV[2]) == 0 then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ARGV[3])
`;

export interface RedisSlotsOptions {
  readonly redis: Redis;
  /** Id of this gateway. */
  readonly gateway: string;
  /** Sorted set of gateways by the time of their last sign of life. */
  readonly gatewaysKey: string;
  /** Milliseconds after its last sign of life in which a gateway counts as running. */
  readonly seenMs: number;
}

/** The slots of all gateways in Redis: how many each holds. */
export class RedisSlots {
  readonly #options: RedisSlotsOptions;

  constructor(options: RedisSlotsOptions) {
    this.#options = options;
  }

  /** States that this gateway holds so many slots. @returns false if all gateways together would hold more than the maximum */
  async hold(key: string, count: number, max: number): Promise<boolean> {
    const { redis, gateway, gatewaysKey, seenMs } = this.#options;
    return (await redis.eval(holdScript, 2, nameOf(key), gatewaysKey, gateway, count, max, seenMs, keptMs)) === 1;
  }

  /** States that this gateway holds so many slots, also after Redis has lost them. */
  async state(key: string, count: number): Promise<void> {
    const { redis, gateway } = this.#options;
    await redis.eval(stateScript, 1, nameOf(key), gateway, count, keptMs);
  }
}

function nameOf(key: string): string {
  return `freight:slots:${key}`;
}
