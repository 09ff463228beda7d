import { LRUCache } from 'lru-cache';
import { endOfLog, type LogPosition, laterPosition, startOfLog } from '#shared/identity/log-position.ts';

/** Milliseconds for which a write is remembered: longer than a standby that answers may be behind. */
export const rememberedMs = 60_000;
const maxWriters = 50_000;

/** Remembers up to which position of the log each caller has written. */
export interface WrittenPositions {
  /** Resolves when every gateway knows it. Never rejects. */
  note(writer: string, position: LogPosition): Promise<void>;
  /** The latest position of these writers. Never rejects. */
  latestOf(writers: readonly string[]): Promise<LogPosition>;
}

/** The writes through this gateway. */
export class OwnPositions implements WrittenPositions {
  /** The latest position that was forgotten because of the number of writers. It counts for all that are not remembered. */
  #forgotten: LogPosition = startOfLog;
  readonly #positions: LRUCache<string, LogPosition>;

  constructor({ max = maxWriters, now }: { readonly max?: number; readonly now?: () => number } = {}) {
    this.#positions = new LRUCache({
      max,
      ttl: rememberedMs,
      ...(now && { perf: { now }, ttlResolution: 0 }),
      dispose: (position, _writer, reason) => {
        if (reason === 'evict' && position !== endOfLog) this.#forgotten = laterPosition(this.#forgotten, position);
      },
    });
  }

  async note(writer: string, position: LogPosition): Promise<void> {
    this.#positions.set(writer, laterPosition(this.#positions.get(writer) ?? startOfLog, position));
  }

  async latestOf(writers: readonly string[]): Promise<LogPosition> {
    return writers.map((writer) => this.#positions.get(writer) ?? this.#forgotten).reduce(laterPosition, startOfLog);
  }
}
