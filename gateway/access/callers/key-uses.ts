import type { Log } from '#shared/runtime/log.ts';

/** The hash under the newest secret, of a key that was found by its hash under a former one. */
export interface RenewedHash {
  readonly formerHash: string;
  readonly hash: string;
}

/** When a key was last used. */
export interface KeyUse extends Partial<RenewedHash> {
  readonly apiKeyId: string;
  readonly at: Date;
}

/** Milliseconds between two reports. */
const reportMs = 60_000;

/** Collects when API keys are used, and reports each key at most once a minute. Holds one entry per key of the snapshot. */
export class KeyUses {
  readonly #send: (uses: readonly KeyUse[]) => Promise<void>;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #pending = new Map<string, Omit<KeyUse, 'apiKeyId'>>();
  #sending: Promise<void> = Promise.resolve();

  constructor(send: (uses: readonly KeyUse[]) => Promise<void>, log: Log) {
    this.#send = send;
    this.#log = log;
    this.#timer = setInterval(() => void this.report(), reportMs).unref();
  }

  note(apiKeyId: string, renewed?: RenewedHash, at = new Date()): void {
    this.#pending.set(apiKeyId, { at, ...renewed });
  }

  /** Sends what was collected. What can't be sent is lost: the next use of the key is reported again. Never rejects. */
  report(): Promise<void> {
    const uses = [...this.#pending].map(([apiKeyId, use]) => ({ apiKeyId, ...use }));
    if (uses.length === 0) return this.#sending;
    this.#pending = new Map();
    this.#sending = this.#send(uses).catch((error: unknown) =>
      this.#log.warn({ err: error }, 'uses of API keys are not recorded'),
    );
    return this.#sending;
  }

  /** Reports the last uses. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.report();
  }
}
