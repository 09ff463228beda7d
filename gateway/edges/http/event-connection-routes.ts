import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Tracer } from '#shared/runtime/tracing/tracer.ts';
import type { Caller } from '../../access/caller.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { OpenSockets } from '../../access/clients/open-sockets.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import type { Refused } from '../../pipeline/outcome.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { Received } from '../../pipeline/stages.ts';
import { enterPipeline, requireEntered } from './enter.ts';
import { EventConnection } from './event-connection.ts';
import { refuseForgery } from './forgery.ts';
import { acceptedBy, receive } from './receive.ts';
import { sendRefused } from './send.ts';

export interface EventConnectionRouteOptions {
  readonly pipeline: Pick<Pipeline, 'enter' | 'run' | 'refuse'>;
  readonly readOrigin: ReadOrigin;
  readonly tracer: Tracer;
  readonly authenticate: (headers: FastifyRequest['headers'], address: string) => Promise<Caller>;
  readonly openSockets: OpenSockets;
  /** Operations that may run at once on one connection. */
  readonly maxOperations: number;
  /** Milliseconds after which a client that reads nothing of what waits for it is disconnected. */
  readonly stallMs: number;
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
export function serveEventConnections(app: FastifyInstance, options: EventConnectionRouteOptions): EventConnections {
  const { pipeline, readOrigin, tracer, authenticate, stallMs } = options;
  const connections = new Map<string, EventConnection>();
  const onRequest = enterPipeline(pipeline, readOrigin, tracer);
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
          return refuse(request, reply, pipeline.refuse(error, requireEntered(request)));
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
    const { cancellation } = requireEntered(request);
    const connection = await findConnection(connections, request, authenticate);
    connection.open(reply, { cancellation, stallMs });
    return reply;
  });
  route('POST', async (request, reply) => {
    refuseForgery(request.headers);
    const connection = await findConnection(connections, request, authenticate);
    const received = receiveFor(request);
    const id = readOperationId(received.extensions);
    const operation = connection.begin(id);
    const { cancellation } = operation;
    received.cancellation.onCancel(() => cancellation.cancel());
    try {
      await connection.whenRead(cancellation);
      const outcome = await pipeline.run({ ...received, cancellation });
      if (outcome.kind === 'refused') {
        operation.end();
        return refuse(request, reply, outcome);
      }
      connection.send(id, outcome, operation).catch(options.onError);
      return reply.code(202).send();
    } catch (error) {
      operation.end();
      throw error;
    }
  });
  route('DELETE', async (request, reply) => {
    const connection = await findConnection(connections, request, authenticate);
    connection.cancel(readOperationId(request.query));
    return reply.code(200).send();
  });
  return {
    close() {
      for (const connection of connections.values()) connection.close();
    },
  };
}

/** The refusal has its own status under every media type: clients of graphql-sse take 202 for success and everything else for a failure. */
function refuse(request: FastifyRequest, reply: FastifyReply, refused: Refused): FastifyReply {
  return sendRefused(reply, refused, acceptedBy(request), refused.status);
}

/** Reserves a connection. @returns its token */
async function reserve(
  connections: Map<string, EventConnection>,
  request: FastifyRequest,
  { authenticate, openSockets, maxOperations }: EventConnectionRouteOptions,
): Promise<string> {
  const { address, cancellation } = requireEntered(request);
  const { identity } = await authenticate(request.headers, address);
  if (connections.size >= maxConnections) {
    throw new RequestRefusal('SERVICE_UNAVAILABLE', 'The gateway has too many open event streams. Try again later.');
  }
  const release = openSockets.open(address, identity);
  const token = randomUUID();
  const onClose = (): void => {
    connections.delete(token);
    release();
  };
  const connection = new EventConnection({ owner: identity, maxOperations, onClose });
  connections.set(token, connection);
  cancellation.onCancel(() => connection.close());
  return token;
}

/**
 * Finds the connection by the token in a header or in the query string. To another caller than the one who reserved it, it does not exist.
 * @throws RequestRefusal NOT_FOUND, UNAUTHENTICATED
 */
async function findConnection(
  connections: ReadonlyMap<string, EventConnection>,
  request: FastifyRequest,
  authenticate: EventConnectionRouteOptions['authenticate'],
): Promise<EventConnection> {
  const { identity } = await authenticate(request.headers, requireEntered(request).address);
  const token = request.headers[tokenHeader] ?? readText(request.query, 'token');
  const connection = typeof token === 'string' ? connections.get(token) : undefined;
  if (connection?.admits(identity)) return connection;
  throw new RequestRefusal('NOT_FOUND', `There is no event stream with this token. Reserve one with PUT ${path}.`);
}

/** Reads an operation whose results go to the event stream, which carries every form of a response. */
function receiveFor(request: FastifyRequest): Received {
  const received = receive(request, requireEntered(request), anyForm);
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
