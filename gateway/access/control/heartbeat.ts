import type { Redis } from 'ioredis';
import { z } from 'zod';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';
import { differingSettings, type SettingsDigest } from './compared-settings.ts';

/** Milliseconds between two signs of life. */
const beatMs = 5_000;
/** Milliseconds after its last sign of life in which a gateway counts as running. */
const seenMs = 20_000;

/**
 * Notes that this gateway runs, and returns all that run.
 * KEYS: gateways by the time of their last sign of life; the settings of this gateway. ARGV: this gateway, `seenMs`, and hashes of its settings.
 */
const beatScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
`;
const gatewaysKey = 'freight:gateway-heartbeats';
const settingsKey = (digest: string): string => `freight:gateway-settings:${digest}`;

/** What a gateway says of itself, in the order of its text. */
interface Peer {
  readonly id: string;
  readonly settings: string;
  readonly release: string;
}

const textOf = ({ id, settings, release }: Peer): string => `${id} ${settings} ${release}`;
const peers = z.array(
  z.string().transform((text): Peer => {
    const [id = '', settings = '', ...release] = text.split(' ');
    return { id, settings, release: release.join(' ') };
  }),
);
const hashes = z.record(z.string(), z.string());

/** The gateways that share one Redis. */
export interface PeerCounts {
  readonly gateways: number;
  /** Different releases among them. */
  readonly releases: number;
  /** Different settings among those of this release. Another release may have other settings. */
  readonly settings: number;
}

export interface HeartbeatOptions {
  readonly redis: Pick<Redis, 'eval' | 'get' | 'zrem'>;
  readonly release: string;
  readonly digest: SettingsDigest;
  readonly log: Log;
}

/** Signs of life of this gateway in Redis, by which gateways with another release or other settings are found. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #self: Peer;
  #counts: PeerCounts | undefined;
  #beating: NodeJS.Timeout | undefined;
  #reported: readonly string[] = [];

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#self = { id: newId(), settings: options.digest.whole, release: options.release };
  }

  /** As of the last sign of life; undefined while Redis does not respond. */
  get counts(): PeerCounts | undefined {
    return this.#counts;
  }

  start(): void {
    this.#beating = setInterval(() => void this.beat(), beatMs).unref();
    void this.beat();
  }

  /** Gives a sign of life. Never fails. */
  async beat(): Promise<void> {
    const { redis, digest } = this.#options;
    const self = this.#self;
    try {
      const own = settingsKey(self.settings);
      const each = JSON.stringify(digest.each);
      const running = peers.parse(await redis.eval(beatScript, 2, gatewaysKey, own, textOf(self), seenMs, each));
      const ofRelease = running.filter(({ release }) => release === self.release);
      const settings = [...new Set(ofRelease.map((peer) => peer.settings))];
      this.#counts = {
        gateways: running.length,
        releases: new Set(running.map(({ release }) => release)).size,
        settings: settings.length,
      };
      await this.#report(settings.filter((other) => other !== self.settings).sort());
    } catch {
      this.#counts = undefined; // the connection logs its failures
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#beating);
    await this.#options.redis.zrem(gatewaysKey, textOf(this.#self)).catch(() => {}); // it is forgotten soon
  }

  /** Logs the names of settings that differ, once for each other set of settings. */
  async #report(others: readonly string[]): Promise<void> {
    const { redis, digest, log } = this.#options;
    for (const other of others.filter((known) => !this.#reported.includes(known))) {
      const text = await redis.get(settingsKey(other));
      if (text === null) continue;
      const settings = differingSettings(digest.each, hashes.parse(JSON.parse(text)));
      log.warn({ settings }, 'another gateway of this release has other settings');
    }
    this.#reported = others;
  }
}
