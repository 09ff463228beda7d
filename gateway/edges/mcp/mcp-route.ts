import type { IncomingHttpHeaders } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Caller } from '../../access/caller.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { TrustedDocuments } from '../../access/documents/trusted-documents.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Refused } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Arrived } from '../../pipeline/stages.ts';
import type { Generation } from '../../supergraph/generation.ts';
import { cancelOnDisconnect } from '../http/disconnect.ts';
import { requireEntered } from '../http/enter.ts';
import { messageOf } from '../http/receive.ts';
import { traceExchange } from '../http/trace-exchange.ts';
import { CallerTools } from './caller-tools.ts';
import { createMcpServer } from './mcp-server.ts';

export interface McpRouteOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  readonly authenticate: (headers: IncomingHttpHeaders, address: string) => Promise<Caller>;
  readonly trusted: TrustedDocuments;
  readonly generation: () => Generation;
  readonly readOrigin: ReadOrigin;
  readonly tracer: Tracer;
  /** True if a page of this request's origin and host may send messages. */
  readonly mayOpen: (headers: IncomingHttpHeaders) => boolean;
}

const path = '/mcp';
const allowed = 'POST';
/** Of the JSON-RPC errors that a server defines itself. */
const refusedCode = -32_000;

/**
 * The Model Context Protocol over streamable HTTP, without sessions: the response to a message is one JSON object, and any gateway can answer
 * the next message.
 */
export function serveMcp(app: FastifyInstance, options: McpRouteOptions): void {
  const { pipeline, readOrigin, tracer, mayOpen } = options;
  const tools = new CallerTools(options.trusted);
  app.route({
    method: 'POST',
    url: path,
    async onRequest(request, reply) {
      const begun = arrive(request, reply, readOrigin);
      const arrived = { ...begun, span: traceExchange(tracer, request, reply, begun.startedAt) };
      try {
        if (!mayOpen(request.headers)) throw foreignOrigin();
        request.entered = await pipeline.enter(arrived);
        return undefined;
      } catch (error) {
        return sendRefusal(reply, pipeline.refuse(error, arrived));
      }
    },
    async handler(request, reply) {
      try {
        return await answer(request, reply, tools, options);
      } catch (error) {
        return sendRefusal(reply, pipeline.refuse(error, requireEntered(request)));
      }
    },
  });
  app.route({
    method: ['GET', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    handler(request, reply) {
      const message = `The method ${request.method} is not supported. Send each message by POST. There are no sessions and no streams of notifications.`;
      const refusal = new RequestRefusal('BAD_REQUEST', message, { status: 405, headers: { allow: allowed } });
      return sendRefusal(reply, pipeline.refuse(refusal, arrive(request, reply, readOrigin)));
    },
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  tools: CallerTools,
  { pipeline, authenticate, generation }: McpRouteOptions,
): Promise<FastifyReply> {
  const { headers, body } = request;
  const entered = requireEntered(request);
  const caller = await authenticate(headers, entered.address);
  if (Array.isArray(body)) throw new RequestRefusal('BAD_REQUEST', 'Send one message per request.');
  const mcp = createMcpServer({
    ...{ caller, tools, pipeline, entered, headers, message: messageOf(request) },
    generation: generation(),
    onHeaders: (given) => void reply.headers(given),
  });
  try {
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    await mcp.connect(transport);
    const response = await transport.handleRequest(toWebRequest(request), { parsedBody: body });
    reply.code(response.status).headers(Object.fromEntries(response.headers)).header('cache-control', 'no-store');
    return await reply.send(await response.text());
  } finally {
    await mcp.close();
  }
}

/** Headers that the transport reads. The body is given to it parsed. */
const readHeaders = ['accept', 'content-type', 'mcp-protocol-version'];

function toWebRequest({ headers }: FastifyRequest): Request {
  const given = new Headers();
  for (const name of readHeaders) if (headers[name] !== undefined) given.set(name, String(headers[name]));
  return new Request(`http://gateway${path}`, { method: 'POST', headers: given });
}

function arrive({ id, raw }: FastifyRequest, reply: FastifyReply, readOrigin: ReadOrigin): Arrived {
  return {
    id,
    startedAt: performance.now(),
    address: readOrigin(raw).address,
    cancellation: cancelOnDisconnect(reply.raw),
  };
}

function foreignOrigin(): RequestRefusal {
  return new RequestRefusal('FORBIDDEN', 'Pages of this origin may not send messages. Add the origin to CORS_ORIGINS.');
}

/** Sends a refusal of the whole message in the form of JSON-RPC. */
function sendRefusal(reply: FastifyReply, { errors, status, headers }: Refused): FastifyReply {
  const [first] = errors;
  const error = { code: refusedCode, message: first?.message, data: first?.extensions };
  return reply
    .code(status)
    .headers({ ...headers, 'cache-control': 'no-store' })
    .type('application/json')
    .send(JSON.stringify({ jsonrpc: '2.0', error, id: null }));
}
