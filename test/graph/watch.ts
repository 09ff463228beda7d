import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { DemoAccount, TestGraph } from './graph.ts';

/** A subscription of a client through the gateway. */
export interface Watch<T> {
  /** The next message that fits. Messages before it are skipped. */
  next(fits: (data: T) => boolean): Promise<T>;
  close(): Promise<void>;
}

/** Subscribes over graphql-ws. Errors in a message reject `next`. */
export async function watch<T>(
  graph: TestGraph,
  as: DemoAccount,
  query: string,
  variables: Record<string, unknown>,
): Promise<Watch<T>> {
  const token = await graph.tokenOf(as);
  const client = createClient({
    url: graph.url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const messages = client.iterate<T & Record<string, unknown>>({ query, variables });
  return {
    async next(fits) {
      for (;;) {
        const { value, done } = await messages.next();
        if (done) throw new Error('The subscription has ended');
        if (value.errors) throw new Error(JSON.stringify(value.errors));
        if (value.data && fits(value.data)) return value.data;
      }
    },
    async close() {
      await messages.return?.();
      await client.dispose();
    },
  };
}
