import type { WebSocketOptions } from './config.ts';

/** A connection that lasted this long counts as good, even without an event. */
const goodAfterMs = 60_000;

/**
 * Spreads reconnects of a websocket. graphql-ws waits after some close codes only and resets its count with each connection. It would therefore
 * reconnect without pause to a subgraph that accepts connections and closes them at once.
 */
export class ConnectionPacer {
  readonly #options: WebSocketOptions;
  readonly #clock: () => number;
  #failedConnects = 0;
  #broken = 0;
  #connectedAt: number | undefined;

  constructor(options: WebSocketOptions, clock: () => number) {
    this.#options = options;
    this.#clock = clock;
  }

  get exhausted(): boolean {
    const { maxReconnects, maxBrokenSockets } = this.#options;
    return this.#failedConnects > maxReconnects || this.#broken > maxBrokenSockets;
  }

  /** Maximum delay before the next connection, in milliseconds. */
  get maxPauseMs(): number {
    if (this.#failedConnects === 0) return 0;
    const { backoffMs, maxBackoffMs } = this.#options;
    return Math.min(maxBackoffMs, backoffMs * 2 ** (this.#failedConnects - 1));
  }

  /** Waits before a connection is made, with full jitter, because all replicas of the gateway lose a subgraph at the same moment. */
  async pause(): Promise<void> {
    const ms = Math.random() * this.maxPauseMs;
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  }

  connected(): void {
    this.#connectedAt = this.#clock();
  }

  receivedEvent(): void {
    this.#failedConnects = 0;
  }

  /** Called before `closed` if the subgraph sent an unreadable message. Such closings count even if events came before. */
  broke(): void {
    this.#broken = this.#livedLong ? 1 : this.#broken + 1;
  }

  closed(): void {
    this.#failedConnects = this.#livedLong ? 1 : this.#failedConnects + 1;
    this.#connectedAt = undefined;
  }

  get #livedLong(): boolean {
    return this.#connectedAt !== undefined && this.#clock() - this.#connectedAt > goodAfterMs;
  }
}
