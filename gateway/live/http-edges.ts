import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { errorTable, GraphError, isErrorCode } from '#shared/errors.ts';
import { mentionsDefer } from '../engine/incremental/has-defer.ts';
import { prefersEvents } from '../http/media-type.ts';
import type { LiveOperations } from './live-operations.ts';

/** Milliseconds between signs of life, so that no proxy takes a silent stream for a dead one. */
const keepAliveMs = 12_000;

const operationText = z.object({ query: z.string() });
const parameters = operationText.extend({
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/**
 * How a client that takes more than one answer wants them; undefined for ordinary requests. Some clients (urql) say with every request that they
 * take streams too: to them a stream is the answer to a subscription only.
 */
export function streamingForm({ headers, body, query }: FastifyRequest): 'events' | 'multipart' | undefined {
  const { accept } = headers;
  if (accept === undefined) return undefined;
  const takesEvents = accept.includes('text/event-stream');
  if (takesEvents && prefersEvents(accept)) return 'events';
  if (!takesEvents && !accept.includes('multipart/mixed')) return undefined;
  const source = operationText.safeParse(body ?? query).data?.query;
  if (source === undefined) return undefined;
  if (takesEvents && mentionsSubscription(source)) return 'events';
  return accept.includes('multipart/mixed') && mentionsDefer(source) ? 'multipart' : undefined;
}

/** Whether a text may be a subscription; one that isn't and says the word comes as a stream of one event. */
function mentionsSubscription(source: string): boolean {
  return /\bsubscription\b/.test(source);
}

/** The framing of payloads in one HTTP response. */
interface Framing {
  readonly contentType: string;
  readonly frame: (payload: string) => string;
  readonly keepAlive: string | undefined;
  readonly end: string;
}

const framings: Record<'events' | 'multipart', Framing> = {
  // The "distinct connections" mode of the graphql-sse protocol.
  events: {
    contentType: 'text/event-stream; charset=utf-8',
    frame: (payload) => `event: next\ndata: ${payload}\n\n`,
    keepAlive: ':\n\n',
    end: 'event: complete\ndata:\n\n',
  },
  // Incremental delivery over HTTP.
  multipart: {
    contentType: 'multipart/mixed; boundary="-"; deferSpec=20220824',
    frame: (payload) => `\r\n---\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${payload}`,
    keepAlive: undefined,
    end: '\r\n-----\r\n',
  },
};

/** Answers one request with as many payloads as the operation has. */
export async function answerStreaming(
  request: FastifyRequest,
  reply: FastifyReply,
  form: 'events' | 'multipart',
  operations: LiveOperations,
): Promise<void> {
  const given = parameters.safeParse(request.method === 'GET' ? fromQuery(request.query) : request.body);
  if (!given.success) throw new GraphError('BAD_REQUEST', 'A "query" text and a "variables" object are required.');
  const departure = new AbortController();
  reply.raw.once('close', () => departure.abort());
  const { query: source, operationName, variables } = given.data;
  const answer = await operations.open({
    source,
    operationName: operationName ?? undefined,
    variables: variables ?? {},
    headers: request.headers,
    id: request.id,
    readOnly: request.method === 'GET',
    signal: departure.signal,
  });
  if (answer.kind === 'refused') {
    const code = answer.errors[0]?.extensions?.['code'];
    await reply
      .code(isErrorCode(code) ? errorTable[code].status : 500)
      .type('application/json; charset=utf-8')
      .send({ errors: answer.errors });
    return;
  }
  await stream(reply, answer.payloads, framings[form], operations);
}

async function stream(
  reply: FastifyReply,
  payloads: AsyncIterable<string>,
  { contentType, frame, keepAlive, end }: Framing,
  operations: Pick<LiveOperations, 'isClosing'>,
): Promise<void> {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-cache', 'x-accel-buffering': 'no' });
  const alive = keepAlive === undefined ? undefined : setInterval(() => raw.write(keepAlive), keepAliveMs).unref();
  try {
    raw.flushHeaders();
    for await (const payload of payloads) await write(raw, frame(payload));
    // Cut short, a client comes back; told that all is complete, it would not.
    if (!operations.isClosing) raw.end(end);
  } finally {
    clearInterval(alive);
    raw.end();
  }
}

/** Resolves when the client takes more, or has left. */
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

function fromQuery(query: unknown): unknown {
  const { variables, ...rest } = z.looseObject({ variables: z.string().optional() }).catch({}).parse(query);
  if (variables === undefined) return rest;
  try {
    return { ...rest, variables: JSON.parse(variables) as unknown };
  } catch {
    return { ...rest, variables: 'malformed' };
  }
}
