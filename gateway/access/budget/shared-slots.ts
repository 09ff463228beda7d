import type { RedisSlots } from './redis-slots.ts';
import { HeldSlots, type ReleaseSlot, type SlotStore } from './slots.ts';

export interface SharedSlotsOptions {
  readonly redis: Pick<RedisSlots, 'hold' | 'state'>;
  /** True while Redis is away. */
  readonly isAway: () => boolean;
  /** The number of gateways that Redis had at last. */
  readonly gateways: () => number;
  /** Called when Redis does not respond. */
  readonly onFailure: () => void;
}

/** Milliseconds after which Redis is told of released slots, unless the next request of the caller tells it before. */
const releaseMs = 10;

/**
 * The slots of all gateways. Each gateway tells Redis how many it holds, so that a gateway that is killed frees its slots when its signs of life end.
 * While Redis is away, each gateway has its share.
 */
export class SharedSlots implements SlotStore {
  readonly #options: SharedSlotsOptions;
  readonly #held = new HeldSlots();
  /** Callers of whom Redis counts more slots than this gateway holds. */
  readonly #stale = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SharedSlotsOptions) {
    this.#options = options;
  }

  async take(key: string, max: number): Promise<ReleaseSlot | undefined> {
    const { redis, isAway, onFailure } = this.#options;
    if (isAway()) return this.#takeShare(key, max);
    if (this.#held.count(key) >= max) return undefined;
    this.#held.add(key);
    this.#stale.delete(key);
    try {
      if (await redis.hold(key, this.#held.count(key), max)) return this.#releaser(key);
      this.#held.remove(key);
      // A request that ended meanwhile has stated one slot too many.
      this.#markStale(key);
      return undefined;
    } catch {
      this.#held.remove(key);
      onFailure();
      return this.#takeShare(key, max);
    }
  }

  /** Tells Redis of all slots: it forgets those that are not renewed, and may have lost them. Never rejects. */
  async renew(): Promise<void> {
    const { redis, onFailure } = this.#options;
    const stated = this.#held.keys().map((key) => redis.state(key, this.#held.count(key)));
    await Promise.all(stated).catch(onFailure);
  }

  /** Tells Redis of slots that were released. Never rejects. */
  async flush(): Promise<void> {
    const { redis, isAway, onFailure } = this.#options;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const keys = [...this.#stale];
    this.#stale.clear();
    if (isAway()) return;
    await Promise.all(keys.map((key) => redis.state(key, this.#held.count(key)))).catch(onFailure);
  }

  #takeShare(key: string, max: number): ReleaseSlot | undefined {
    const share = Math.max(1, Math.floor(max / Math.max(1, this.#options.gateways())));
    if (this.#held.count(key) >= share) return undefined;
    this.#held.add(key);
    return this.#releaser(key);
  }

  #releaser(key: string): ReleaseSlot {
    return this.#held.releaser(key, () => this.#markStale(key));
  }

  #markStale(key: string): void {
    this.#stale.add(key);
    this.#timer ??= setTimeout(() => void this.flush(), releaseMs).unref();
  }
}
