import type { FastifyReply } from 'fastify';
import type { Streaming } from '../../pipeline/outcome.ts';

/** Milliseconds between signs of life, so that no proxy takes a silent stream for a dead one. */
const keepAliveMs = 12_000;

/** The framing of payloads in one HTTP response. */
export interface Framing {
  readonly contentType: string;
  readonly frame: (payload: string) => string;
  readonly keepAlive: string | undefined;
  readonly end: string;
}

/** The "distinct connections" mode of the graphql-sse protocol. */
export const eventFraming: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  frame: (payload) => `event: next\ndata: ${payload}\n\n`,
  keepAlive: ':\n\n',
  end: 'event: complete\ndata:\n\n',
};

/** Incremental delivery over HTTP. */
export const partFraming: Framing = {
  contentType: 'multipart/mixed; boundary="-"; deferSpec=20220824',
  frame: (payload) => `\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${payload}`,
  keepAlive: undefined,
  end: '\r\n-----\r\n',
};

/** Writes payloads as they come, no faster than the client reads. @param isClosing whether the gateway stops */
export async function writeStream(
  reply: FastifyReply,
  payloads: Streaming['payloads'],
  { contentType, frame, keepAlive, end }: Framing,
  isClosing: () => boolean,
): Promise<void> {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  const { raw } = reply;
  const alive = keepAlive === undefined ? undefined : setInterval(() => raw.write(keepAlive), keepAliveMs).unref();
  try {
    raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
    raw.flushHeaders();
    for await (const payload of payloads) await write(raw, frame(payload));
    // Omits the end on shutdown, so that clients reconnect.
    if (!isClosing()) raw.end(end);
  } finally {
    clearInterval(alive);
    raw.end();
  }
}

/** A stream of one payload. */
export async function* once(payload: string): AsyncGenerator<string> {
  yield payload;
}

/** Resolves when the client can take more, or has left. */
function write(raw: FastifyReply['raw'], text: string): Promise<void> {
  return new Promise((resolve) => {
    if (raw.destroyed || raw.write(text)) return resolve();
    const done = () => {
      raw.off('drain', done);
      raw.off('close', done);
      resolve();
    };
    raw.once('drain', done);
    raw.once('close', done);
  });
}
