import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ClientRequest, Step } from '../client-request.ts';
import type { GatewayContext } from '../execute/request-scope.ts';
import type { Generation } from '../supergraph/generation.ts';
import { answerStatus, retryAfter } from './answer-status.ts';
import { currentRequest } from './current-request.ts';

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<GatewayContext>;
  /** What a request passes before it is executed, in this order. */
  readonly steps: readonly Step[];
  readonly generation: () => Generation;
  /** Hears of every request that was answered. */
  readonly onAnswer: (request: ClientRequest, status: number) => void;
}

/** The headers that Apollo Server decides by; copying all of them for each request is most of what an adapter costs. */
const readByApollo = ['accept', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** GraphQL over HTTP at `/graphql`. */
export function serveGraphql(app: FastifyInstance, options: GraphqlRouteOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: (request, reply) => answer(request, reply, options),
  });
}

async function answer(request: FastifyRequest, reply: FastifyReply, options: GraphqlRouteOptions): Promise<string> {
  const generation = options.generation();
  generation.retain();
  try {
    const client = clientRequest(request, reply, generation);
    const context = async (): Promise<GatewayContext> => {
      for (const step of options.steps) await step(client);
      return { request: client };
    };
    const httpGraphQLRequest = apolloRequest(request);
    const { headers, status, body } = await currentRequest.run(client, () =>
      options.apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context }),
    );
    if (body.kind !== 'complete') throw new Error('incremental delivery has an edge of its own');
    const contentType = headers.get('content-type') ?? 'application/json; charset=utf-8';
    const answered = answerStatus(status, contentType, client.errorCodes[0]);
    for (const [name, value] of headers) if (name !== 'content-length') reply.header(name, value);
    const retry = retryAfter(answered);
    if (retry !== undefined) reply.header('retry-after', retry);
    reply.code(answered);
    options.onAnswer(client, answered);
    return body.string;
  } finally {
    generation.release();
  }
}

function clientRequest(request: FastifyRequest, reply: FastifyReply, generation: Generation): ClientRequest {
  const departure = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) departure.abort();
  });
  return {
    id: request.id,
    startedAt: performance.now(),
    headers: request.headers,
    source: textParameter(request, 'query'),
    requestedOperation: textParameter(request, 'operationName'),
    generation,
    signal: departure.signal,
    caller: undefined,
    document: undefined,
    operation: undefined,
    errorCodes: [],
  };
}

/** A parameter where Apollo Server will look for it; what it finds wrong with the rest of the request it says itself. */
function textParameter({ method, body, query }: FastifyRequest, name: string): string | undefined {
  const holder: unknown = method === 'GET' ? query : body;
  if (typeof holder !== 'object' || holder === null) return undefined;
  const value = (holder as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : undefined;
}

function apolloRequest({ method, headers, body, url }: FastifyRequest): HTTPGraphQLRequest {
  const map = new HeaderMap();
  for (const name of readByApollo) {
    const value = headers[name];
    if (typeof value === 'string') map.set(name, value);
  }
  const at = method === 'GET' ? url.indexOf('?') : -1;
  return { method, headers: map, body, search: at === -1 ? '' : url.slice(at) };
}
