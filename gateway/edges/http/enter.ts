import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Entered } from '../../pipeline/stages.ts';
import { acceptedBy } from './receive.ts';
import { sendRefused } from './send.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for GraphQL requests that the pipeline has let in. */
    entered: Entered | undefined;
  }
}

/** A hook that lets requests into the pipeline before their bodies are read, or refuses them. */
export function enterPipeline(pipeline: Pick<Pipeline, 'enter' | 'refuse'>, readOrigin: ReadOrigin) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const arrived = { id: request.id, startedAt: performance.now(), address: readOrigin(request.raw).address };
    try {
      request.entered = await pipeline.enter(arrived);
      return undefined;
    } catch (error) {
      return sendRefused(reply, pipeline.refuse(error, arrived), acceptedBy(request));
    }
  };
}

/** The request of a handler behind that hook. */
export function requireEntered({ entered }: FastifyRequest): Entered {
  if (!entered) throw new Error('the hook before has let the request in');
  return entered;
}
