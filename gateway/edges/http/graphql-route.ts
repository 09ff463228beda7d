import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Outcome, Refused } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Entered, OnDeparture, Received } from '../../pipeline/stages.ts';
import { allowedMethods } from './app.ts';
import { type Batch, type BatchResponse, readBatch, runBatch } from './batch.ts';
import { refuseForgery } from './forgery.ts';
import { type Accepted, readAccept, responseType } from './media-type.ts';
import { readOperation } from './read-operation.ts';
import { clientRequestId } from './request-id.ts';
import { responseStatus, retryAfterHeader } from './response-status.ts';
import { once, writeStream } from './streams.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for GraphQL requests that the pipeline has let in. */
    entered: Entered | undefined;
  }
}

export interface GraphqlRouteOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  readonly readOrigin: ReadOrigin;
  /** Operations that one request may bring; 0 = no batches. */
  readonly batchLimit: number;
  /** True while the gateway stops and ends its streams. */
  readonly isClosing: () => boolean;
}

const path = '/graphql';
/** Where browsers find the explorer. */
const explorerPath = '/explorer';
const otherMethods = ['HEAD', 'PUT', 'PATCH', 'DELETE'];

/** GraphQL over HTTP at `/graphql`: JSON, event streams and multipart responses. */
export function serveGraphql(
  app: FastifyInstance,
  { pipeline, readOrigin, batchLimit, isClosing }: GraphqlRouteOptions,
): void {
  app.decorateRequest('entered', undefined);
  app.route({
    method: ['GET', 'POST'],
    url: path,
    exposeHeadRoute: false,
    /** Before the body is read. */
    async onRequest(request, reply) {
      const arrived = { id: request.id, startedAt: performance.now(), address: readOrigin(request.raw).address };
      try {
        request.entered = await pipeline.enter(arrived);
      } catch (error) {
        return sendRefused(reply, pipeline.refuse(error, arrived), acceptedBy(request));
      }
    },
    async handler(request, reply) {
      const { entered } = request;
      if (!entered) throw new Error('the hook before has let the request in');
      let accepted: Accepted | undefined;
      let received: Received;
      try {
        accepted = readAccept(request.headers.accept);
        if (opensPage(request, accepted)) return reply.redirect(explorerPath, 303);
        refuseForgery(request.headers);
        const operations = readBatch(request.body, batchLimit);
        if (operations) {
          const { headers } = request;
          const batch: Batch = { operations, entered, headers, onDeparture: departureOf(reply.raw) };
          return await sendBatch(reply, await runBatch(pipeline, batch, accepted), accepted);
        }
        received = receive(request, reply.raw, entered, accepted);
      } catch (error) {
        return sendRefused(reply, pipeline.refuse(error, entered), accepted);
      }
      return send(reply, await pipeline.run(received), accepted, isClosing);
    },
  });
  app.route({
    method: 'OPTIONS',
    url: path,
    handler: (_request, reply) => reply.code(204).send(),
  });
  app.route({
    method: otherMethods,
    url: path,
    handler(request, reply) {
      reply.header('allow', allowedMethods);
      const message = `The method ${request.method} is not supported. Send queries by GET or POST, mutations by POST.`;
      const refusal = new RequestRefusal('BAD_REQUEST', message, { status: 405 });
      return sendRefused(reply, pipeline.refuse(refusal, { id: request.id, startedAt: performance.now() }), undefined);
    },
  });
}

/** True for a browser that opens the address without an operation. */
function opensPage({ method, query }: FastifyRequest, accepted: Accepted): boolean {
  return method === 'GET' && accepted.prefersPage && Object.keys(query ?? {}).length === 0;
}

/** What the client accepts, for a refusal; undefined where that is nothing. */
function acceptedBy({ headers }: FastifyRequest): Accepted | undefined {
  try {
    return readAccept(headers.accept);
  } catch {
    return undefined;
  }
}

function receive(request: FastifyRequest, raw: ServerResponse, entered: Entered, accepted: Accepted): Received {
  const { headers, method } = request;
  return {
    ...entered,
    clientRequestId: clientRequestId(headers['x-request-id']),
    headers,
    ...readOperation(request),
    readOnly: method === 'GET',
    accepts: accepted.forms,
    holdsConnection: true,
    onDeparture: departureOf(raw),
  };
}

function departureOf(raw: ServerResponse): OnDeparture {
  const callbacks: (() => void)[] = [];
  return (leave) => {
    if (callbacks.push(leave) > 1) return;
    raw.once('close', () => {
      if (!raw.writableFinished) for (const callback of callbacks) callback();
    });
  };
}

async function send(
  reply: FastifyReply,
  outcome: Outcome,
  accepted: Accepted,
  isClosing: () => boolean,
): Promise<FastifyReply> {
  if (outcome.kind === 'refused') return sendRefused(reply, outcome, accepted);
  if (outcome.kind === 'stream') {
    const kind = accepted.streams[outcome.form] ?? accepted.streams.single;
    await writeStream(reply, outcome.payloads, kind, isClosing);
    return reply;
  }
  if (accepted.prefersEvents || !accepted.single) {
    await writeStream(reply, once(String(outcome.body.read())), accepted.streams.single, isClosing);
    return reply;
  }
  // The port has closed meanwhile: kept alive, this connection would hold up the end of the process.
  if (!reply.server.server.listening) reply.header('connection', 'close');
  return reply
    .headers(retryAfterHeader(outcome))
    .code(responseStatus(outcome, accepted.single))
    .type(accepted.single)
    .send(outcome.body.read());
}

function sendBatch(reply: FastifyReply, { status, headers, body }: BatchResponse, accepted: Accepted): FastifyReply {
  return reply.headers(headers).code(status).type(responseType(accepted)).send(body);
}

function sendRefused(reply: FastifyReply, refused: Refused, accepted: Accepted | undefined): FastifyReply {
  const mediaType = responseType(accepted);
  if (!reply.server.server.listening) reply.header('connection', 'close');
  const body = JSON.stringify({ errors: refused.errors });
  return reply.headers(refused.headers).code(responseStatus(refused, mediaType)).type(mediaType).send(body);
}
