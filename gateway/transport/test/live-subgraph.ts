import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';

/** One subscription of the gateway, and its socket. */
export interface Subscribed {
  readonly id: string;
  readonly payload: { query: string; extensions?: Record<string, unknown> };
  readonly socket: WebSocket;
  /** The connection below the socket, to send bytes that are not frames. */
  readonly stream: Duplex;
  /** The payload of `connection_init`. */
  readonly init: unknown;
  next(payload: unknown): void;
  complete(): void;
  error(errors: unknown): void;
}

export interface LiveSubgraph extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  readonly subscriptions: readonly Subscribed[];
  /** Sockets so far. */
  readonly connections: number;
  /** Sockets that are open. */
  readonly open: number;
  /** Subscriptions that are neither ended nor on a closed socket. */
  readonly running: readonly Subscribed[];
  /** Resolves with subscription number `n` (from 1) when it arrives. */
  subscribed(n: number): Promise<Subscribed>;
  /** Resolves when `n` sockets have been opened since the start. */
  connected(n: number): Promise<void>;
  /** Resolves when only this number of sockets is open. */
  closedTo(sockets: number): Promise<void>;
  /** Resolves when the gateway has ended this subscription. */
  completed(id: string): Promise<void>;
  /** Ends the subgraph without closing its subscriptions, and frees its port. */
  crash(): Promise<void>;
}

/** A hand-written server of graphql-transport-ws, so that a test controls each message. `onSocket` may misbehave from the start. */
export async function startLiveSubgraph(
  port = 0,
  onSocket: (socket: WebSocket) => boolean = () => true,
): Promise<LiveSubgraph> {
  const subscriptions: Subscribed[] = [];
  const heard = new EventEmitter().setMaxListeners(0);
  const server = new WebSocketServer({ port, host: '127.0.0.1', handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL });
  const completed = new Set<string>();
  let connections = 0;
  server.on('connection', (socket, { socket: stream }) => {
    connections += 1;
    heard.emit('change');
    socket.on('error', () => {}).on('close', () => setImmediate(() => heard.emit('change')));
    let init: unknown;
    if (!onSocket(socket)) return;
    const say = (message: object): void => socket.send(JSON.stringify(message));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data)) as { type: string; id: string; payload: Subscribed['payload'] };
      const { id } = message;
      if (message.type === 'connection_init') {
        init = message.payload;
        say({ type: 'connection_ack' });
      } else if (message.type === 'ping') {
        say({ type: 'pong' });
      } else if (message.type === 'complete') {
        completed.add(id);
      } else if (message.type === 'subscribe') {
        subscriptions.push({
          id,
          payload: message.payload,
          socket,
          stream,
          init,
          next: (payload) => say({ type: 'next', id, payload }),
          complete: () => say({ type: 'complete', id }),
          error: (payload) => say({ type: 'error', id, payload }),
        });
      }
      heard.emit('change');
    });
  });
  await once(server, 'listening');
  const { port: given } = server.address() as AddressInfo;
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await once(heard, 'change');
  };
  const crash = async (): Promise<void> => {
    for (const socket of server.clients) socket.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port: given,
    url: `http://127.0.0.1:${given}/graphql`,
    subscriptions,
    get connections() {
      return connections;
    },
    get open() {
      return server.clients.size;
    },
    get running() {
      return subscriptions.filter(({ id, socket }) => !completed.has(id) && server.clients.has(socket));
    },
    subscribed: async (n) => {
      await until(() => subscriptions.length >= n);
      return subscriptions[n - 1]!;
    },
    closedTo: (sockets) => until(() => server.clients.size <= sockets),
    connected: (n) => until(() => connections >= n),
    completed: (id) => until(() => completed.has(id)),
    crash,
    [Symbol.asyncDispose]: crash,
  };
}
