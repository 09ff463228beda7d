import type { FastifyReply } from 'fastify';
import type { Streaming } from '../../pipeline/outcome.ts';
import type { StreamKind } from './media-type.ts';

/** The framing of payloads in one HTTP response. */
export interface Framing {
  readonly contentType: string;
  readonly start: string;
  readonly frame: (payload: string) => string;
  /** Sent at intervals, so that proxies do not close a stream without events. */
  readonly keepAlive: { readonly text: string; readonly everyMs: number } | undefined;
  readonly end: string;
}

/**
 * A multipart response (RFC 2046). The delimiter follows each part immediately, because clients wait for it before they use the part.
 * @param parameters of the content type
 */
function multipart(
  boundary: string,
  parameters: string,
  wrap: (payload: string) => string,
  heartbeatMs?: number,
): Framing {
  const part = (body: string) => `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${body}\r\n--${boundary}`;
  return {
    contentType: `multipart/mixed; boundary="${boundary}"; ${parameters}`,
    start: `\r\n--${boundary}`,
    frame: (payload) => part(wrap(payload)),
    keepAlive: heartbeatMs === undefined ? undefined : { text: part('{}'), everyMs: heartbeatMs },
    end: '--\r\n',
  };
}

const unwrapped = (payload: string): string => payload;

export const framings: Readonly<Record<StreamKind, Framing>> = {
  /** The "distinct connections" mode of the graphql-sse protocol. */
  'event-stream': {
    contentType: 'text/event-stream; charset=utf-8',
    start: '',
    frame: (payload) => `event: next\ndata: ${payload}\n\n`,
    keepAlive: { text: ':\n\n', everyMs: 12_000 },
    end: 'event: complete\ndata:\n\n',
  },
  'parts-2022': multipart('-', 'deferSpec=20220824', unwrapped),
  'parts-2023': multipart('-', 'incrementalSpec=v0.2', unwrapped),
  /** Apollo's protocol for subscriptions over HTTP; clients expect an empty object every five seconds. */
  'multipart-subscription': multipart('graphql', 'subscriptionSpec=1.0', (payload) => `{"payload":${payload}}`, 5_000),
};

/** Takes the response over from Fastify and sends its head. */
export function openStream(reply: FastifyReply, kind: StreamKind): FastifyReply['raw'] {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  const { raw } = reply;
  const { contentType } = framings[kind];
  raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  raw.flushHeaders();
  return raw;
}

/** Writes payloads as they arrive, no faster than the client reads. @param isClosing true if the gateway stops */
export async function writeStream(
  reply: FastifyReply,
  payloads: Streaming['payloads'],
  kind: StreamKind,
  isClosing: () => boolean,
): Promise<void> {
  const { start, frame, keepAlive, end } = framings[kind];
  const raw = openStream(reply, kind);
  const alive = keepAlive && setInterval(() => raw.write(keepAlive.text), keepAlive.everyMs).unref();
  try {
    if (start !== '') raw.write(start);
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

/** Writes a text. Resolves when the client can take more, or has disconnected. */
export function write(raw: FastifyReply['raw'], text: string): Promise<void> {
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
