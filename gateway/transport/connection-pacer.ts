import type { WebSocketOptions } from './config.ts';

/** A connection that lived so long was a good one, even if no event came over it. */
const goodAfterMs = 60_000;

/**
 * Spreads reconnects of a websocket. graphql-ws waits only after some kinds of closing and starts counting anew with each connection, so that a
 * subgraph which accepts and closes at once would be connected to without pause.
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

  /** Milliseconds to wait before the next connection, at most. */
  get maxPauseMs(): number {
    if (this.#failedConnects === 0) return 0;
    const { backoffMs, maxBackoffMs } = this.#options;
    return Math.min(maxBackoffMs, backoffMs * 2 ** (this.#failedConnects - 1));
  }

  /** Waits before a connection is made; with full jitter, as all replicas of the gateway lose a subgraph at the same moment. */
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

  /** Before `closed`, where the subgraph sent what can't be read: events before it don't count as fruit. */
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
