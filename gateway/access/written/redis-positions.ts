import {
  endOfLog,
  type LogPosition,
  laterPosition,
  parseLogPosition,
  startOfLog,
} from '#shared/identity/log-position.ts';
import type { SharedRedis } from '../control/shared-redis.ts';
import { rememberedMs, type WrittenPositions } from './written-positions.ts';

/** Keeps the later one of two positions. KEYS[1] the writer. ARGV: the position, and the milliseconds for which it is remembered. */
const noteScript = `
local known = redis.call('GET', KEYS[1])
local later = ARGV[1]
if known and known > later then later = known end
redis.call('SET', KEYS[1], later, 'PX', ARGV[2])
`;

const keyOf = (writer: string): string => `freight:written:${writer}`;

/**
 * The writes through all gateways that use one Redis. While it is away, every read goes to the primary. So it is for a minute after that: until
 * then there may be writes that nobody could note, or that Redis has lost.
 */
export class RedisPositions implements WrittenPositions {
  readonly #redis: SharedRedis['commands'];
  readonly #now: () => number;
  /** When Redis last failed to respond. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(redis: SharedRedis['commands'], now: () => number = () => performance.now()) {
    this.#redis = redis;
    this.#now = now;
    redis.on('close', () => this.#fail());
  }

  async note(writer: string, position: LogPosition): Promise<void> {
    await this.#redis.eval(noteScript, 1, keyOf(writer), position, rememberedMs).catch(() => this.#fail());
  }

  async latestOf(writers: readonly string[]): Promise<LogPosition> {
    // No query waits for a Redis that does not respond.
    if (this.#now() - this.#failedAt < rememberedMs) return endOfLog;
    try {
      const found = await this.#redis.mget(writers.map(keyOf));
      // A gateway of another release may write positions in another form.
      const positions = found.map((text) => (text === null ? startOfLog : (parseLogPosition(text) ?? endOfLog)));
      return positions.reduce(laterPosition, startOfLog);
    } catch {
      this.#fail();
      return endOfLog;
    }
  }

  #fail(): void {
    this.#failedAt = this.#now();
  }
}
