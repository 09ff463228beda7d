import { once } from 'node:events';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Log } from '#shared/runtime/log.ts';
import type { GatewayConfig } from '../config.ts';
import type { Gateway } from '../gateway.ts';
import { type LiveGraph, startLiveGraph } from './live-graph.ts';
import { type RunningGateway, startGateway } from './running-gateway.ts';

/** A gateway in front of the live graph. */
export interface LiveGateway extends Pick<RunningGateway, 'supergraph'> {
  readonly graph: LiveGraph;
  readonly gateway: Gateway;
  /** GraphQL address for HTTP. Websockets use the same address with the scheme ws. */
  readonly url: string;
  /** A client of graphql-ws that connects at once and does not reconnect. */
  connect(options?: Partial<ClientOptions>): Client;
  /** A bare websocket after `connection_init` was acknowledged. */
  socket(): Promise<WebSocket>;
  /** Closes the bare websockets. Resolves when the gateway has closed them too. */
  closeSockets(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export const watchQuery = 'subscription Watch($ids: [ID!]!) { moved(ids: $ids) { speed vehicle { plate yard } } }';

export async function startLiveGateway(settings: Partial<GatewayConfig> = {}, log?: Log): Promise<LiveGateway> {
  const graph = await startLiveGraph();
  const running = await startGateway(graph.supergraphSdl, settings, log);
  const url = `${running.url}/graphql`;
  const webSocketUrl = url.replace('http', 'ws');
  const clients: Client[] = [];
  const sockets: WebSocket[] = [];
  return {
    graph,
    gateway: running.gateway,
    supergraph: running.supergraph,
    url,
    connect(options) {
      const client = createClient({
        url: webSocketUrl,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        lazy: false,
        onNonLazyError: () => {},
        ...options,
      });
      clients.push(client);
      return client;
    },
    async socket() {
      const socket = new WebSocket(webSocketUrl, 'graphql-transport-ws');
      sockets.push(socket);
      await new Promise((resolve) => socket.once('open', resolve));
      const acknowledged = new Promise((resolve) => socket.once('message', resolve));
      socket.send(JSON.stringify({ type: 'connection_init' }));
      await acknowledged;
      return socket;
    },
    async closeSockets() {
      const open = sockets.splice(0).filter(({ readyState }) => readyState === WebSocket.OPEN);
      await Promise.all(
        open.map(async (socket) => {
          const closed = once(socket, 'close');
          socket.close();
          await closed;
        }),
      );
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.terminate();
      for (const client of clients) await client.dispose();
      await running[Symbol.asyncDispose]();
      await graph.close();
    },
  };
}
