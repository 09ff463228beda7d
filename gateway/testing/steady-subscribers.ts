import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { watchQuery } from './live-gateway.ts';

/** How many subscriptions last from the beginning to the end. */
export const lastingSubscriptions = 3;
/** How many passing subscriptions are open at a time. */
const passingSubscriptions = 4;

/** Subscribers to vehicle 7 of the live graph: some last, others come and go. */
export class SteadySubscribers {
  readonly #client: Client;
  readonly #lasting: number[] = Array(lastingSubscriptions).fill(0);
  readonly #passing: (() => void)[] = [];
  readonly #ended: unknown[] = [];
  #passingEvents = 0;
  #closing = false;
  #onChange = (): void => {};

  constructor(url: string) {
    this.#client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
  }

  start(): void {
    for (const index of this.#lasting.keys()) this.#subscribeToTheEnd(index);
  }

  /** Events on the lasting subscriptions, and on all passing ones together. */
  get events(): { readonly lasting: readonly number[]; readonly passing: number } {
    return { lasting: this.#lasting, passing: this.#passingEvents };
  }

  /** Why subscriptions ended before their time. */
  get ended(): readonly unknown[] {
    return this.#ended;
  }

  /** Opens a passing subscription. The oldest one makes room for it. */
  subscribeForAWhile(): void {
    const leave = this.#client.subscribe(
      { query: watchQuery, variables: { ids: ['7', 'passing'] } },
      { next: () => this.#passingEvents++, error: (error) => this.#end(error), complete: () => {} },
    );
    this.#passing.push(leave);
    if (this.#passing.length > passingSubscriptions) this.#passing.shift()?.();
  }

  /** Waits until every lasting subscription has received this many events, or until one has ended. */
  received(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = () => {
        if (this.#ended.length > 0 || this.#lasting.every((events) => events >= count)) resolve();
      };
      this.#onChange();
    });
  }

  endPassing(): void {
    for (const leave of this.#passing.splice(0)) leave();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#client.dispose();
  }

  #subscribeToTheEnd(index: number): void {
    const ids = ['7', String(index)]; // Different variables give each subscription its own stream.
    this.#client.subscribe(
      { query: watchQuery, variables: { ids } },
      {
        next: (payload) => {
          if (payload.errors) this.#end(payload.errors);
          else this.#lasting[index]! += 1;
          this.#onChange();
        },
        error: (error) => this.#end(error),
        complete: () => {
          if (!this.#closing) this.#end('completed');
        },
      },
    );
  }

  #end(reason: unknown): void {
    this.#ended.push(reason);
    this.#onChange();
  }
}
