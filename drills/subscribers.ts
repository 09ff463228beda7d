import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { graphUrl, type Operator } from './operator.ts';
import { until } from './until.ts';

const count = 8;
const servedMs = 30_000;
const retryMs = 200;

/**
 * The first message has the leaderboard as it is: a subscriber knows at once that it is served. Its name gives each a stream of its own: a client
 * that joins a running stream gets no first message.
 */
const queryOf = (number: number): string =>
  `subscription Watch${number} { leaderboardChanged(period: WEEKLY) { period } }`;
const closing = z.object({ code: z.number() });

/** What subscribers saw of a fault. */
export interface SubscriptionFigures {
  /** Websockets that were closed, by close code. */
  readonly closeCodes: Readonly<Record<string, number>>;
  /** Subscribers that were not served again in time. */
  readonly unservedSubscribers: number;
}

/** Clients of the operator with a websocket each, that connect again when it is closed and subscribe anew. */
export class Subscribers implements AsyncDisposable {
  readonly #clients: readonly Client[];
  /** Those whose current websocket has brought a message. */
  readonly #served = new Set<number>();
  readonly #closeCodes: Record<string, number> = {};
  #isEnding = false;

  private constructor({ accessToken }: Operator, url: string) {
    this.#clients = Array.from({ length: count }, (_, number) => this.#subscribe(number, accessToken, url));
  }

  /** Resolves when each is served. @throws Error if that takes too long */
  static async open(operator: Operator, url = graphUrl.replace(/^http/, 'ws')): Promise<Subscribers> {
    const subscribers = new Subscribers(operator, url);
    try {
      await subscribers.#allServed();
      return subscribers;
    } catch (error) {
      await subscribers[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Waits until each is served again. */
  async figures(): Promise<SubscriptionFigures> {
    await this.#allServed().catch(() => undefined); // the bar is missed then
    return { closeCodes: { ...this.#closeCodes }, unservedSubscribers: count - this.#served.size };
  }

  async #allServed(): Promise<void> {
    const areServed = () => this.#served.size === count;
    await until(areServed, `${count} subscribers are not all served`, servedMs);
  }

  #subscribe(number: number, accessToken: string, url: string): Client {
    const client = createClient({
      url,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${accessToken}` },
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, retryMs)),
      shouldRetry: () => true,
      on: { closed: (event) => this.#closed(number, event) },
    });
    client.subscribe(
      { query: queryOf(number) },
      {
        next: ({ errors }) => void (errors ? this.#served.delete(number) : this.#served.add(number)),
        error: () => this.#served.delete(number),
        complete: () => this.#served.delete(number),
      },
    );
    return client;
  }

  /** A connection that could not be opened is closed, too: only websockets that served count. */
  #closed(number: number, event: unknown): void {
    if (this.#isEnding || !this.#served.delete(number)) return;
    const { code } = closing.parse(event);
    this.#closeCodes[code] = (this.#closeCodes[code] ?? 0) + 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#clients.map((client) => client.dispose()));
  }
}
