import type { IncomingHttpHeaders, Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { batchesWithin, batchMs } from './batches.ts';
import { WebSocketSession, type WebSocketSessionOptions } from './session.ts';

export interface WebSocketEdgeOptions extends WebSocketSessionOptions {
  readonly maxMessageBytes: number;
  /** True if a page of this request's origin and host may open a websocket. */
  readonly mayOpen: (headers: IncomingHttpHeaders) => boolean;
  /** Milliseconds between pings. */
  readonly pingMs: number;
}

export interface WebSocketEdge {
  /** Websockets that are open. */
  readonly size: number;
  /** Closes every connection with 1001 within this time, in batches, so that clients reconnect to other gateways one after the other. */
  close(spreadMs: number): Promise<void>;
}

/** graphql-transport-ws (the protocol of graphql-ws) at `/graphql`. */
export function serveWebSockets(server: Server, options: WebSocketEdgeOptions): WebSocketEdge {
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: options.maxMessageBytes,
    verifyClient({ req }, decide) {
      if (!options.mayOpen(req.headers)) return decide(false, 403, 'Forbidden');
      const hasRoom = options.openSockets.hasRoomFor(options.readOrigin(req).address);
      return decide(hasRoom, 429, 'Too Many Requests');
    },
    autoPong: false, // the session sends pongs, within its bounds
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  // ws repeats errors of the HTTP server, such as a taken port. The caller of `listen` gets them too.
  sockets.on('error', () => {});
  const alive = new WeakSet<WebSocket>();
  sockets.on('connection', (socket, request) => {
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      socket.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
      return;
    }
    socket.once('close', options.openSockets.openAt(options.readOrigin(request).address));
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    socket.on('error', () => undefined); // a broken frame also closes the socket, which the session handles
    new WebSocketSession(socket, request, options);
  });
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      if (alive.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }, options.pingMs).unref();
  return {
    get size() {
      return sockets.clients.size;
    },
    async close(spreadMs) {
      sockets.close(); // takes no more connections
      const closed: Promise<void>[] = [];
      for (const [index, batch] of batchesWithin([...sockets.clients], spreadMs).entries()) {
        if (index > 0) await delay(batchMs);
        closed.push(...batch.map((socket) => closeSoon(socket)));
      }
      clearInterval(pings);
      await Promise.all(closed);
    },
  };
}

/** Milliseconds in which a client must confirm the close. */
const closeMs = 2_000;

async function closeSoon(socket: WebSocket): Promise<void> {
  if (socket.readyState === WebSocket.CLOSED) return;
  return new Promise((resolve) => {
    const cutOff = setTimeout(() => socket.terminate(), closeMs);
    socket.once('close', () => {
      clearTimeout(cutOff);
      resolve();
    });
    socket.close(1001, 'Going away');
  });
}
