import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../access/caller.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { OpenSockets } from '../../access/clients/open-sockets.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Received } from '../../pipeline/stages.ts';
import { enterPipeline, requireEntered } from './enter.ts';
import { EventConnection } from './event-connection.ts';
import { refuseForgery } from './forgery.ts';
import { acceptedBy, receive } from './receive.ts';
import { sendRefused } from './send.ts';

export interface EventConnectionOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  readonly readOrigin: ReadOrigin;
  readonly authenticate: (headers: FastifyRequest['headers']) => Promise<Caller>;
  readonly openSockets: OpenSockets;
  /** Operations that one connection may have under way. */
  readonly maxOperations: number;
  readonly onError: (error: unknown) => void;
}

export interface EventConnections {
  /** Ends every connection. */
  close(): void;
}

const path = '/graphql/stream';
const tokenHeader = 'x-graphql-event-stream-token';
/** Connections of all clients together. */
const maxConnections = 10_000;

/**
 * The "single connection mode" of the graphql-sse protocol. PUT reserves a connection and returns its token. GET opens its event stream. POST
 * begins an operation whose results come on that stream, and DELETE ends an operation.
 */
export function serveEventConnections(app: FastifyInstance, options: EventConnectionOptions): EventConnections {
  const { pipeline, readOrigin } = options;
  const connections = new Map<string, EventConnection>();
  const onRequest = enterPipeline(pipeline, readOrigin);
  const route = (method: string, run: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): void => {
    app.route({
      method,
      url: path,
      exposeHeadRoute: false,
      onRequest,
      async handler(request, reply) {
        try {
          return await run(request, reply);
        } catch (error) {
          return sendRefused(reply, pipeline.refuse(error, requireEntered(request)), acceptedBy(request));
        }
      },
    });
  };

  // A page of another origin needs a preflight for PUT and DELETE, and does not know any token.
  route('PUT', async (request, reply) => {
    const token = await reserve(connections, request, options);
    return reply.code(201).type('text/plain; charset=utf-8').send(token);
  });
  route('GET', async (request, reply) => {
    findConnection(connections, request).open(reply);
    return reply;
  });
  route('POST', async (request, reply) => {
    refuseForgery(request.headers);
    const connection = findConnection(connections, request);
    const received = receiveFor(request, reply);
    const id = readOperationId(received.extensions);
    const operation = connection.begin(id);
    const onCancel: Received['onCancel'] = (cancel) =>
      operation.signal.addEventListener('abort', cancel, { once: true });
    const outcome = await pipeline.run({ ...received, onCancel });
    if (outcome.kind === 'refused') {
      connection.end(id);
      return sendRefused(reply, outcome, acceptedBy(request));
    }
    connection.send(id, outcome, operation).catch(options.onError);
    return reply.code(202).send();
  });
  route('DELETE', async (request, reply) => {
    findConnection(connections, request).end(readOperationId(request.query));
    return reply.code(200).send();
  });
  return {
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
}

/** Reserves a connection. @returns its token */
async function reserve(
  connections: Map<string, EventConnection>,
  request: FastifyRequest,
  { authenticate, openSockets, maxOperations }: EventConnectionOptions,
): Promise<string> {
  const { address } = requireEntered(request);
  const { identity } = await authenticate(request.headers);
  if (connections.size >= maxConnections) {
    throw new RequestRefusal('SERVICE_UNAVAILABLE', 'The gateway has too many open event streams. Try again later.');
  }
  const release = openSockets.open(address, identity);
  const token = randomUUID();
  const connection = new EventConnection(maxOperations, () => {
    connections.delete(token);
    release();
  });
  connections.set(token, connection);
  return token;
}

/** Finds the connection by the token in a header or in the query string. @throws RequestRefusal NOT_FOUND */
function findConnection(connections: ReadonlyMap<string, EventConnection>, request: FastifyRequest): EventConnection {
  const token = request.headers[tokenHeader] ?? readText(request.query, 'token');
  const connection = typeof token === 'string' ? connections.get(token) : undefined;
  if (connection) return connection;
  throw new RequestRefusal('NOT_FOUND', `There is no event stream with this token. Reserve one with PUT ${path}.`);
}

/** Reads an operation whose results go to the event stream, which carries every form of a response. */
function receiveFor(request: FastifyRequest, reply: FastifyReply): Received {
  const received = receive(request, reply.raw, requireEntered(request), anyForm);
  return { ...received, holdsConnection: false };
}

const anyForm = { forms: { events: true, parts: '2022' } } as const;

/** @throws RequestRefusal BAD_REQUEST */
function readOperationId(parameters: unknown): string {
  const id = readText(parameters, 'operationId');
  if (id !== undefined && id !== '' && id.length <= 200) return id;
  throw new RequestRefusal('BAD_REQUEST', 'The "operationId" is missing or too long. Send one of 1 to 200 characters.');
}

function readText(parameters: unknown, name: string): string | undefined {
  if (typeof parameters !== 'object' || parameters === null) return undefined;
  const value: unknown = Reflect.get(parameters, name);
  return typeof value === 'string' ? value : undefined;
}
