import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '#shared/log.ts';
import type { ClientRequest, Step } from '../client-request.ts';
import type { ExecuteOperation } from '../execute/execute-operation.ts';
import type { GatewayContext } from '../execute/request-scope.ts';
import { answerStreaming, streamingForm } from '../live/http-edges.ts';
import type { LiveOperations } from '../live/live-operations.ts';
import type { Generation } from '../supergraph/generation.ts';
import { Admission } from './admission.ts';
import { answerStatus, retryAfter } from './answer-status.ts';
import { Audience } from './audience.ts';
import { withCurrentRequest } from './current-request.ts';
import { answerFromEngine } from './engine-answer.ts';
import { answerMediaType, notAcceptable } from './media-type.ts';
import { type PlainRequest, plainRequest } from './plain-request.ts';
import { type Answer, AnswerBody, answerKey, SharedAnswers } from './shared-answers.ts';
import { TypicalLengths } from './typical-lengths.ts';

export interface GraphqlRouteOptions {
  readonly apollo: ApolloServer<GatewayContext>;
  /** The engine; undefined when @apollo/gateway executes. */
  readonly execute: ExecuteOperation | undefined;
  /** What a request passes before it is executed, in this order. */
  readonly steps: readonly Step[];
  readonly generation: () => Generation;
  /** Answers clients that take more than one answer. */
  readonly live: LiveOperations;
  /** Hears of every request that was answered. */
  readonly onAnswer: (request: ClientRequest, status: number) => void;
  readonly log: Log;
  readonly maxWaitingRequests: number;
}

/** The headers that Apollo Server decides by; copying all of them for each request is most of what an adapter costs. */
const readByApollo = ['accept', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name'] as const;

/** GraphQL over HTTP at `/graphql`. */
export function serveGraphql(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const admission = new Admission(options.maxWaitingRequests);
  const lengths = new TypicalLengths();
  const shared = new SharedAnswers();
  /** What never gets to an operation costs little and is answered at once. */
  async function run(request: FastifyRequest, client: ClientRequest, judged: Judged): Promise<Answer> {
    const { operation } = client;
    if (!operation || judged.refusal) return answerRequest(request, client, judged, options);
    const expected = lengths.of(operation);
    const refusal = admission.refusal(expected);
    if (refusal) return answerRequest(request, client, { plain: undefined, refusal }, options);
    const answer = await admission.run(expected, () => answerRequest(request, client, judged, options));
    lengths.learn(operation, answer.body.length);
    return answer;
  }
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    async handler(request, reply) {
      const form = streamingForm(request);
      if (form) {
        await answerStreaming(request, reply, form, options.live);
        return reply;
      }
      const generation = options.generation();
      generation.retain();
      try {
        const audience = new Audience();
        const client = clientRequest(request, generation, audience.signal);
        const { accept } = request.headers;
        const mediaType = answerMediaType(accept);
        // Before anything is executed: a mutation that took place should not be answered with 406.
        const refusal = mediaType === undefined ? notAcceptable(accept) : await passSteps(client, options.steps);
        const plain = refusal || mediaType === undefined ? undefined : plainRequest(request, client, mediaType);
        const key = plain && answerKey(client, plain);
        const execute = () => run(request, client, { plain, refusal });
        const answer = await shared.answer(key, client, audience, reply.raw, execute);
        if (answer.errorCodes !== client.errorCodes) client.errorCodes.push(...answer.errorCodes);
        options.onAnswer(client, answer.status);
        return send(reply, answer);
      } finally {
        generation.release();
      }
    },
  });
}

/** What ended the request, if something did; Apollo Server shapes it into an answer. */
async function passSteps(client: ClientRequest, steps: readonly Step[]): Promise<unknown> {
  try {
    for (const step of steps) {
      const done = step(client);
      if (done) await done;
    }
    return undefined;
  } catch (error) {
    return error ?? new Error('a step threw nothing');
  }
}

/** What the steps have found out about a request. */
interface Judged {
  readonly plain: PlainRequest | undefined;
  readonly refusal: unknown;
}

/** Apollo Server has the last word about all that isn't plain, and the first when @apollo/gateway executes. */
function answerRequest(
  request: FastifyRequest,
  client: ClientRequest,
  { plain, refusal }: Judged,
  { apollo, execute, log }: GraphqlRouteOptions,
): Promise<Answer> {
  if (plain && execute) return answerFromEngine(client, plain, execute, log);
  return answerFromApollo(apollo, request, client, refusal);
}

async function answerFromApollo(
  apollo: ApolloServer<GatewayContext>,
  request: FastifyRequest,
  client: ClientRequest,
  refusal: unknown,
): Promise<Answer> {
  const context = async (): Promise<GatewayContext> => {
    if (refusal) throw refusal;
    return { request: client };
  };
  const httpGraphQLRequest = apolloRequest(request);
  const { headers, status, body } = await withCurrentRequest(client, () =>
    apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context }),
  );
  if (body.kind !== 'complete') throw new Error('incremental delivery has an edge of its own');
  const contentType = headers.get('content-type') ?? 'application/json; charset=utf-8';
  const answered = answerStatus(status, contentType, client.errorCodes[0]);
  const retry = retryAfter(answered);
  if (retry !== undefined) headers.set('retry-after', retry);
  return { status: answered, headers: [...headers], body: new AnswerBody(body.string), errorCodes: client.errorCodes };
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  for (const [name, value] of headers) reply.header(name, value);
  // The port has closed meanwhile: kept alive, this connection would hold up the end of the process.
  if (!reply.server.server.listening) reply.header('connection', 'close');
  return reply.code(status).send(body.take());
}

function clientRequest(request: FastifyRequest, generation: Generation, signal: AbortSignal): ClientRequest {
  return {
    id: request.id,
    startedAt: performance.now(),
    headers: request.headers,
    source: textParameter(request, 'query'),
    requestedOperation: textParameter(request, 'operationName'),
    generation,
    signal,
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
