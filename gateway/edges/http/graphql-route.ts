import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Received } from '../../pipeline/stages.ts';
import { allowedMethods } from './app.ts';
import { type Batch, readBatch, runBatch } from './batch.ts';
import { enterPipeline, requireEntered } from './enter.ts';
import { refuseForgery } from './forgery.ts';
import { type Accepted, readAccept } from './media-type.ts';
import { messageOf, receive } from './receive.ts';
import { send, sendBatch, sendRefused } from './send.ts';
import type { StreamOptions } from './streams.ts';
import { traceSending } from './trace-exchange.ts';

export interface GraphqlRouteOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  readonly readOrigin: ReadOrigin;
  readonly tracer: Tracer;
  /** Operations that one request may contain; 0 = no batches. */
  readonly maxBatchSize: number;
  /** Of the streams that it opens. */
  readonly streams: Omit<StreamOptions, 'cancellation'>;
}

const path = '/graphql';

const explorerPath = '/explorer';
const otherMethods = ['PUT', 'PATCH', 'DELETE'];

/** GraphQL over HTTP at `/graphql`: JSON, event streams and multipart responses. */
export function serveGraphql(
  app: FastifyInstance,
  { pipeline, readOrigin, tracer, maxBatchSize, streams }: GraphqlRouteOptions,
): void {
  app.decorateRequest('entered', undefined);
  app.route({
    method: ['GET', 'HEAD', 'POST'],
    url: path,
    exposeHeadRoute: false,
    onRequest: enterPipeline(pipeline, readOrigin, tracer),
    async handler(request, reply) {
      const entered = requireEntered(request);
      let accepted: Accepted | undefined;
      let received: Received;
      try {
        accepted = readAccept(request.headers.accept);
        if (opensPage(request, accepted)) return reply.redirect(explorerPath, 303);
        refuseForgery(request.headers);
        const operations = readBatch(request, maxBatchSize);
        if (operations) {
          const batch: Batch = { operations, entered, message: messageOf(request) };
          return await sendBatch(reply, await runBatch(pipeline, batch, accepted), accepted);
        }
        received = receive(request, entered, accepted);
      } catch (error) {
        return sendRefused(reply, pipeline.refuse(error, entered), accepted);
      }
      const { cancellation } = received;
      const outcome = await pipeline.run(received);
      traceSending(entered.span, reply, outcome);
      return send(reply, outcome, accepted, { ...streams, cancellation });
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
      const message = `The method ${request.method} is not supported. Send queries by GET, HEAD or POST, mutations by POST.`;
      const refusal = new RequestRefusal('BAD_REQUEST', message, { status: 405 });
      return sendRefused(
        reply,
        pipeline.refuse(refusal, {
          id: request.id,
          startedAt: performance.now(),
          address: readOrigin(request.raw).address,
        }),
        undefined,
      );
    },
  });
}

/** True for a browser that opens the address without an operation. */
function opensPage({ method, query }: FastifyRequest, accepted: Accepted): boolean {
  return method === 'GET' && accepted.prefersPage && Object.keys(query ?? {}).length === 0;
}
