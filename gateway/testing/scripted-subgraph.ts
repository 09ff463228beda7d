import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** One raw request, and the socket for a correct or incorrect response. */
export interface Received {
  readonly headers: string;
  readonly body: Buffer;
  readonly socket: Socket;
  /** Settles when the gateway has closed the connection. */
  readonly closed: Promise<unknown>;
  /** Sends a correct response. */
  reply(result: unknown): void;
  /** Sends the given status, headers and body with the correct content-length. */
  replyWith(status: number, contentType: string, body: string | Buffer, extraHeaders?: string): void;
}

export type Script = (received: Received, count: number) => void;

export interface ScriptedSubgraph extends AsyncDisposable {
  readonly url: string;
  /** All requests so far. */
  readonly requests: readonly Received[];
  /** Resolves with request number `n` (from 1) when it arrives. */
  received(n: number): Promise<Received>;
  /** Refuses new connections and closes the open ones. */
  stop(): Promise<void>;
}

/** A subgraph whose script controls the socket: it may be slow or silent, close or reset it, or send too much or invalid data. */
export async function startScriptedSubgraph(script: Script, port = 0): Promise<ScriptedSubgraph> {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  const arrivals: { n: number; resolve: (received: Received) => void }[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy());
    readRequests(socket, (received) => {
      requests.push(received);
      script(received, requests.length);
      for (const { n, resolve } of arrivals) if (n === requests.length) resolve(received);
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests,
    received: (n) =>
      new Promise((resolve) => {
        const known = requests[n - 1];
        if (known) resolve(known);
        else arrivals.push({ n, resolve });
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function readRequests(socket: Socket, onRequest: (received: Received) => void): void {
  const closed = new Promise((resolve) => socket.on('end', resolve).on('close', resolve));
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const end = pending.indexOf('\r\n\r\n');
      if (end < 0) return;
      const headers = pending.subarray(0, end).toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(headers)?.[1] ?? 0);
      if (pending.length < end + 4 + length) return;
      const body = pending.subarray(end + 4, end + 4 + length);
      pending = pending.subarray(end + 4 + length);
      onRequest({ headers, body, socket, closed, ...responsesOn(socket) });
    }
  });
}

function responsesOn(socket: Socket): Pick<Received, 'reply' | 'replyWith'> {
  const replyWith: Received['replyWith'] = (status, contentType, body, extraHeaders = '') => {
    const length = Buffer.byteLength(body);
    socket.write(
      `HTTP/1.1 ${status} X\r\ncontent-type: ${contentType}\r\ncontent-length: ${length}\r\n${extraHeaders}\r\n`,
    );
    socket.write(body);
  };
  return { replyWith, reply: (result) => replyWith(200, 'application/json', JSON.stringify(result)) };
}
