import { type Client, createClient } from 'graphql-ws';
import { ConnectionPacer } from './connection-pacer.ts';
import { type SocketOptions, subgraphSockets } from './subgraph-socket.ts';

export interface SubgraphSocket {
  readonly url: string;
  readonly options: SocketOptions;
  readonly clock: () => number;
  /** Makes the payload of `connection_init` for every connection. */
  connectionParams?(): Record<string, unknown>;
  /** Called when a lost socket has reconnected. graphql-ws then subscribes again. */
  onReconnected(): void;
  /** Called when the socket was closed because the subgraph sent an unreadable message. It then reconnects. */
  onBroken(message: string): void;
  /**
   * Called after the last attempt to connect, so that the caller disposes of the client: graphql-ws itself retries without end after some close
   * codes.
   * @param broken why the last socket was closed, if the subgraph sent an unreadable message
   */
  onGivenUp(broken: string | undefined): void;
}

/** Creates a graphql-ws client that reconnects with backoff, detects a dead peer and survives invalid messages. */
export function createReconnectingClient({
  url,
  options,
  clock,
  connectionParams,
  onReconnected,
  onBroken,
  onGivenUp,
}: SubgraphSocket): Client {
  const pacer = new ConnectionPacer(options, clock);
  let wasConnected = false;
  let broken: string | undefined;
  const client = createClient({
    url: async () => {
      await pacer.pause();
      return url;
    },
    webSocketImpl: subgraphSockets(options, (message) => {
      broken = message;
      pacer.broke();
      onBroken(message);
    }),
    ...(connectionParams && { connectionParams }),
    keepAlive: options.pingMs,
    connectionAckWaitTimeout: options.ackTimeoutMs,
    lazyCloseTimeout: options.lingerMs,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: () => Promise.resolve(),
    shouldRetry: () => true,
    on: {
      connected: () => {
        pacer.connected();
        if (wasConnected) onReconnected();
        wasConnected = true;
      },
      message: ({ type }) => {
        if (type === 'next') pacer.receivedEvent();
      },
      closed: () => {
        pacer.closed();
        if (pacer.exhausted) onGivenUp(broken);
        broken = undefined;
      },
    },
  });
  watchPongs(client, options.pingMs);
  return client;
}

/** Closes a socket whose peer sends no pong. graphql-ws sends pings but ignores missing pongs. */
function watchPongs(client: Client, timeoutMs: number): void {
  let waiting: NodeJS.Timeout | undefined;
  const stopWaiting = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  client.on('ping', (received) => {
    if (received || waiting) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      client.terminate();
    }, timeoutMs).unref();
  });
  client.on('pong', stopWaiting);
  client.on('closed', stopWaiting);
}
