import { Pool } from 'undici';
import type { EndpointLimits } from './config.ts';
import type { Exchange } from './exchange.ts';

/** The way of requests to one subgraph: over HTTP, or to a subgraph in this process. */
export interface Line {
  /**
   * Sends a request and tells the exchange its outcome.
   * @param headers names in lower case and values in turn
   */
  send(body: string | Buffer, headers: string[], exchange: Exchange): void;
  close(): Promise<void>;
}

/** Sends requests over HTTP. */
export class HttpLine implements Line {
  readonly #pool: Pool;
  readonly #path: string;

  constructor(url: string, { maxConcurrent, connectTimeoutMs, connectionAgeMs }: EndpointLimits) {
    const { origin, pathname, search } = new URL(url);
    // As many connections as concurrent requests, so that the pool's own queue stays empty: see docs/performance.md, P16.
    this.#pool = new Pool(origin, {
      connections: maxConcurrent,
      connectTimeout: connectTimeoutMs,
      clientTtl: connectionAgeMs,
    });
    this.#path = pathname + search;
  }

  send(body: string | Buffer, headers: string[], exchange: Exchange): void {
    this.#pool.dispatch({ path: this.#path, method: 'POST', headers, body }, exchange);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }
}
