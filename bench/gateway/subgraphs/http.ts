import { createServer, type Server, type Socket } from 'node:net';

export interface Exchange {
  path: string;
  authorized: boolean;
  /** The caller wants a response whose bytes no other response has. */
  unrepeated: boolean;
  body: string;
}

export type Respond = (exchange: Exchange) => Buffer | Promise<Buffer>;

const headEnd = Buffer.from('\r\n\r\n');

/**
 * A server for the part of HTTP/1.1 that gateways use with subgraphs: keep-alive, content-length or chunked bodies, pipelining.
 * `node:http` would cost more than the floor and make the subgraphs the bottleneck.
 */
export function createLeanHttpServer(respond: Respond): Server {
  return createServer({ noDelay: true }, (socket) => {
    let pending: Buffer | undefined;
    let busy: Promise<void> | undefined;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      pending = pending ? Buffer.concat([pending, chunk]) : chunk;
      if (!busy) busy = drain();
    });
    function drain(): Promise<void> | undefined {
      while (pending) {
        const request = readRequest(pending);
        if (!request) return undefined;
        pending = request.rest;
        const bytes = respond(request);
        const reply = (bytes: Buffer): void => send(socket, bytes, request.unrepeated ? uniqueEnd() : '');
        if (bytes instanceof Promise) {
          return bytes.then((found) => {
            reply(found);
            busy = undefined;
            busy = drain();
          });
        }
        reply(bytes);
      }
      return undefined;
    }
  });
}

let responsesSent = 0;

/** Replaces the closing bracket to make a response unique. At the end, a byte comparison takes longest to find it. */
function uniqueEnd(): string {
  responsesSent += 1;
  return `,"extensions":{"number":"${String(responsesSent).padStart(12, '0')}"}}`;
}

function send(socket: Socket, body: Buffer, end: string): void {
  const start = end === '' ? body : body.subarray(0, -1);
  const length = start.length + end.length;
  socket.cork();
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${length}\r\nconnection: keep-alive\r\n\r\n`,
    'latin1',
  );
  socket.write(start);
  if (end !== '') socket.write(end, 'latin1');
  socket.uncork();
}

interface ReadRequest extends Exchange {
  rest: Buffer | undefined;
}

/** The first complete request in `bytes`; undefined until all of it has arrived. */
function readRequest(bytes: Buffer): ReadRequest | undefined {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const lower = head.toLowerCase();
  const path = head.slice(head.indexOf(' ') + 1, head.indexOf(' ', head.indexOf(' ') + 1));
  const authorized = lower.includes('\r\nauthorization:');
  const unrepeated = lower.includes('\r\nauthorization: bearer unrepeated-');
  const start = end + headEnd.length;
  if (lower.includes('\r\ntransfer-encoding: chunked')) {
    const read = readChunks(bytes, start);
    return read && { path, authorized, unrepeated, body: read.body, rest: restOf(bytes, read.end) };
  }
  const lengthAt = lower.indexOf('\r\ncontent-length:');
  const length = lengthAt < 0 ? 0 : Number.parseInt(lower.slice(lengthAt + 17), 10);
  if (bytes.length < start + length) return undefined;
  const body = bytes.toString('utf8', start, start + length);
  return { path, authorized, unrepeated, body, rest: restOf(bytes, start + length) };
}

function restOf(bytes: Buffer, end: number): Buffer | undefined {
  return end < bytes.length ? bytes.subarray(end) : undefined;
}

function readChunks(bytes: Buffer, start: number): { body: string; end: number } | undefined {
  const parts: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { body: Buffer.concat(parts).toString('utf8'), end: next };
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = next;
  }
}
