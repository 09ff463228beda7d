import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

/** A subscription of a client through the gateway. */
export interface Watch<T> {
  /** The next message that fits. Messages before it are skipped. */
  next(fits: (data: T) => boolean): Promise<T>;
  close(): Promise<void>;
}

/** Subscribes over graphql-ws at the address of a gateway. Errors in a message reject `next`. */
export function watch<T>(url: string, token: string, query: string, variables: Record<string, unknown>): Watch<T> {
  const client = createClient({
    url: url.replace('http', 'ws'),
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
