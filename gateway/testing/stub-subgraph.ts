import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { HealthPart } from '#shared/runtime/health.ts';

/** A subgraph over real HTTP and websockets, made of SDL and resolvers. */
export interface StubSubgraph {
  readonly url: string;
  /** Headers of the requests so far, oldest first. */
  readonly seen: IncomingHttpHeaders[];
  /** The response of `/health`. */
  health: { status: number; parts: readonly HealthPart[]; clock?: () => Date };
  /** Requests to `/health` so far. */
  readonly probes: () => number;
  /** Responses wait until the returned function is called. */
  hold(): () => void;
  /** Resolves when the next request has arrived. */
  arrival(): Promise<void>;
  /** Resolves when the gateway cancels the next request. */
  departure(): Promise<void>;
  /** Terminates every websocket, as a restart would. */
  cutWebSockets(): void;
  close(): Promise<void>;
}

export async function startStubSubgraph(sdl: string, resolvers: object): Promise<StubSubgraph> {
  // The resolvers of a test match its SDL.
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  const seen: IncomingHttpHeaders[] = [];
  const arrivals: (() => void)[] = [];
  const departures: (() => void)[] = [];
  let gate: Promise<void> = Promise.resolve();
  let probes = 0;
  const subgraph: Pick<StubSubgraph, 'health'> = { health: { status: 200, parts: [] } };

  function sendHealth(response: ServerResponse): void {
    probes += 1;
    const { status, parts, clock = () => new Date() } = subgraph.health;
    response.writeHead(status, { 'content-type': 'application/json', date: clock().toUTCString() });
    response.end(JSON.stringify({ parts }));
  }

  async function execute(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push(request.headers);
    for (const arrived of arrivals.splice(0)) arrived();
    response.once('close', () => {
      if (!response.writableFinished) for (const departed of departures.splice(0)) departed();
    });
    const { query, variables } = JSON.parse(await text(request)) as { query: string; variables?: object };
    await gate;
    const result = await graphql({ schema, source: query, variableValues: { ...variables } });
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  }

  const server = createServer((request, response) => {
    if (request.url === '/health') sendHealth(response);
    else execute(request, response).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const webSocketEdge = useServer({ schema }, sockets);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    await webSocketEdge.dispose();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  return Object.assign(subgraph, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    probes: () => probes,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    arrival: () => new Promise<void>((resolve) => arrivals.push(resolve)),
    departure: () => new Promise<void>((resolve) => departures.push(resolve)),
    cutWebSockets() {
      for (const socket of sockets.clients) socket.terminate();
    },
    close() {
      closing ??= close();
      return closing;
    },
  });
}
