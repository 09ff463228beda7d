import type { Socket } from 'node:net';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';
import { toRefused } from '../../errors/refused.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { refusedText } from '../../pipeline/outcome.ts';
import { headersOfResponses } from './security-headers.ts';

/** Statuses and reasons of errors of Node's HTTP parser that are not plain faults of syntax. */
const faults: Readonly<Record<string, readonly [status: number, phrase: string, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large. Send shorter ones.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Content Too Large', 'The extensions of the chunks are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request took too long to arrive. Send it again.'],
};
const malformed = [400, 'Bad Request', 'The request is not valid HTTP/1.1.'] as const;

/** Refuses what Node can't read as a request, with a code as for every other refusal, and closes the connection. */
export function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket, log: Log): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, phrase, message] = faults[error.code ?? ''] ?? malformed;
  const id = newId();
  const body = refusedText(toRefused(new RequestRefusal('BAD_REQUEST', message, { status }), id, log));
  const headers = {
    ...headersOfResponses,
    'cache-control': 'no-store',
    connection: 'close',
    'content-length': Buffer.byteLength(body),
    'content-type': 'application/json; charset=utf-8',
    'x-request-id': id,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${phrase}\r\n${lines.join('')}\r\n${body}`, () => socket.destroy());
}
