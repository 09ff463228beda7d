import cors from '@fastify/cors';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { errorTable, isErrorCode, maskedMessage } from '#shared/errors.ts';
import type { Log } from '#shared/log.ts';
import type { GatewayConfig } from '../config.ts';
import { readJsonBodies } from './body.ts';
import { requestIdOf } from './request-id.ts';
import { protectAnswers } from './security-headers.ts';

/** Milliseconds that a client may take to send a whole request. */
const requestTimeout = 30_000;
/** Longer than the usual idle time of load balancers, so that they close first and never write into a closing connection. */
const keepAliveTimeout = 72_000;

/** The HTTP server with everything that holds for all routes. */
export async function createApp(config: GatewayConfig, log: Log): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: config.maxBodyBytes,
    requestTimeout,
    keepAliveTimeout,
    // A request that arrives on an open connection while the gateway drains is still answered.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    routerOptions: { maxParamLength: 200 },
  });
  readJsonBodies(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  protectAnswers(app);
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...config.corsOrigins],
      methods: ['GET', 'POST'],
      credentials: true,
      exposedHeaders: ['x-request-id', 'retry-after'],
      maxAge: 600,
    });
  }
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply, log));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(errorBody('NOT_FOUND', `Nothing is served at ${request.method} of this path.`, request.id)),
  );
  return app;
}

/** Answers what went wrong before GraphQL began, in GraphQL's form. */
function refuse(error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const { accept } = request.headers;
  const graphql = accept?.includes('application/graphql-response+json') && !accept.includes('application/json');
  reply.type(graphql ? 'application/graphql-response+json; charset=utf-8' : 'application/json; charset=utf-8');
  if (error instanceof GraphQLError) {
    const { code } = error.extensions;
    const status = isErrorCode(code) ? errorTable[code].status : 500;
    return reply.code(status).send(errorBody(String(code), error.message, request.id));
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    return reply.code(status).send(errorBody('BAD_REQUEST', requirement(error), request.id));
  }
  log.error({ err: error, requestId: request.id }, 'unexpected error');
  return reply.code(500).send(errorBody('INTERNAL_SERVER_ERROR', maskedMessage, request.id));
}

function requirement({ code, message }: FastifyError): string {
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return 'A smaller body is required.';
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return 'A body of content type application/json is required.';
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return 'A JSON body is required; none arrived.';
    default:
      return message;
  }
}

function errorBody(code: string, message: string, requestId: string): object {
  return { errors: [{ message, extensions: { code, retryable: false, requestId } }] };
}
