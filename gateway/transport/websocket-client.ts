import { type Client, createClient } from 'graphql-ws';
import { ConnectionPacer } from './connection-pacer.ts';
import { type SocketOptions, subgraphSockets } from './subgraph-socket.ts';

export interface SubgraphSocket {
  readonly url: string;
  readonly options: SocketOptions;
  readonly clock: () => number;
  /** Payload of `connection_init`, asked for with every connection. */
  connectionParams?(): Record<string, unknown>;
  /** The socket is up again after it was lost; subscriptions are being asked for again. */
  onReconnected(): void;
  /** The socket was cut, as the subgraph sent what can't be read; it is connected again. */
  onBroken(message: string): void;
  /**
   * It has been tried often enough: nothing more will come. Before graphql-ws tries again, which it does after some kinds of closing for ever.
   * @param broken what the subgraph sent, if that ended the last socket
   */
  onGivenUp(broken: string | undefined): void;
}

/** A graphql-ws client that reconnects with backoff, notices a dead peer and survives what a subgraph should not send. */
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

/** Closes a socket whose other end has gone without a word: graphql-ws sends pings but doesn't mind when nothing comes back. */
function watchPongs(client: Client, patienceMs: number): void {
  let waiting: NodeJS.Timeout | undefined;
  const calm = (): void => {
    clearTimeout(waiting);
    waiting = undefined;
  };
  client.on('ping', (received) => {
    if (received || waiting) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      client.terminate();
    }, patienceMs).unref();
  });
  client.on('pong', calm);
  client.on('closed', calm);
}
