import { errorMessage } from '#shared/errors/error-code.ts';
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

/** Error of ioredis for a command that Redis has not answered in time. */
const timedOut = 'Command timed out';

const keyOf = (writer: string): string => `freight:written:${writer}`;

/** Nobody writes it: a question that shows that Redis responds. */
const probe = 'freight:written';

/**
 * The writes through all gateways that use one Redis. While it is away or silent, every read goes to the primary. After a lost connection so it is
 * for a minute more: until then there may be writes that nobody could note, or that Redis has lost. A Redis that was only silent carries out what
 * it was sent, so that nothing is missing once it responds.
 */
export class RedisPositions implements WrittenPositions {
  readonly #redis: SharedRedis['commands'];
  readonly #now: () => number;
  /** When Redis may last have lost a write. */
  #lostAt = Number.NEGATIVE_INFINITY;
  #state: 'responds' | 'silent' | 'probed' = 'responds';

  constructor(redis: SharedRedis['commands'], now: () => number = () => performance.now()) {
    this.#redis = redis;
    this.#now = now;
    redis.on('close', () => this.#lose());
  }

  async note(writer: string, position: LogPosition): Promise<void> {
    const noted = this.#redis.eval(noteScript, 1, keyOf(writer), position, rememberedMs);
    await noted.catch((error: unknown) => this.#fail(error));
  }

  async latestOf(writers: readonly string[]): Promise<LogPosition> {
    if (this.#now() - this.#lostAt < rememberedMs) return endOfLog;
    if (this.#state === 'silent') void this.#probe();
    // No query waits for a Redis that does not respond.
    if (this.#state !== 'responds') return endOfLog;
    try {
      const found = await this.#redis.mget(writers.map(keyOf));
      // A gateway of another release may write positions in another form.
      const positions = found.map((text) => (text === null ? startOfLog : (parseLogPosition(text) ?? endOfLog)));
      return positions.reduce(laterPosition, startOfLog);
    } catch (error) {
      this.#fail(error);
      return endOfLog;
    }
  }

  async #probe(): Promise<void> {
    this.#state = 'probed';
    try {
      await this.#redis.get(probe);
      this.#state = 'responds';
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#state = 'silent';
    if (errorMessage(error) !== timedOut) this.#lose();
  }

  #lose(): void {
    this.#lostAt = this.#now();
  }
}
