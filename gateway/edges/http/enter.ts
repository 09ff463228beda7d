import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Arrived, Entered } from '../../pipeline/stages.ts';
import { cancelOnDisconnect } from './disconnect.ts';
import { acceptedBy } from './receive.ts';
import { sendRefused } from './send.ts';
import { traceExchange } from './trace-exchange.ts';
import { addVary } from './vary.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for GraphQL requests that the pipeline has admitted. */
    entered: Entered | undefined;
  }
}

/** Creates a hook that admits requests to the pipeline before their bodies are read, or refuses them. */
export function enterPipeline(pipeline: Pick<Pipeline, 'enter' | 'refuse'>, readOrigin: ReadOrigin, tracer: Tracer) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    addVary(reply, 'accept');
    const startedAt = performance.now();
    const arrived: Arrived = {
      id: request.id,
      startedAt,
      address: readOrigin(request.raw).address,
      cancellation: cancelOnDisconnect(reply.raw),
      span: traceExchange(tracer, request, reply, startedAt),
    };
    try {
      request.entered = await pipeline.enter(arrived);
      return undefined;
    } catch (error) {
      return sendRefused(reply, pipeline.refuse(error, arrived), acceptedBy(request));
    }
  };
}

/** Returns the admitted request, in a handler behind that hook. */
export function requireEntered({ entered }: FastifyRequest): Entered {
  if (!entered) throw new Error('the route has no hook that admits its requests');
  return entered;
}
