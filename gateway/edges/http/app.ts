import cors from '@fastify/cors';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { newId } from '#shared/ids.ts';
import type { Log } from '#shared/runtime/log.ts';
import type { ReadOrigin } from '../../access/clients/client-address.ts';
import type { GatewayConfig } from '../../config.ts';
import { toRefused } from '../../errors/refused.ts';
import { RequestRefusal } from '../../errors/request-refusal.ts';
import { readJsonBodies } from './body.ts';
import { compressResponses } from './compression.ts';
import { refuseForeignHost, severalHosts } from './host-check.ts';
import { responseType } from './media-type.ts';
import { acceptedBy } from './receive.ts';
import { clientRequestId } from './request-id.ts';
import { forbidCopies } from './revalidation.ts';
import { headersOfResponses, protectResponses } from './security-headers.ts';
import { refuseUnreadable } from './unreadable.ts';
import { addVary } from './vary.ts';

/** Milliseconds in which a client must send the head of a request, and the whole request. */
const headersTimeout = 15_000;
const requestTimeout = 20_000;
/** Milliseconds between checks for connections beyond these limits. Slow connections are closed within 30 s. */
const connectionsCheckingInterval = 5_000;
/** Longer than the usual idle time of load balancers. They close a connection first, so they never write into a closing one. */
const keepAliveTimeout = 72_000;

/** Methods that some route of the gateway serves. */
export const allowedMethods = 'GET, HEAD, POST, OPTIONS';

export interface AppOptions {
  readonly config: Pick<GatewayConfig, 'maxBodyBytes' | 'corsOrigins' | 'demoAccounts'>;
  readonly readOrigin: ReadOrigin;
  readonly log: Log;
}

/** Creates the HTTP server with the hooks and handlers that all routes share. */
export async function createApp({ config, readOrigin, log }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: config.maxBodyBytes,
    requestTimeout,
    http: { headersTimeout, connectionsCheckingInterval },
    keepAliveTimeout,
    // While the gateway drains, it still serves requests on open connections.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: () => newId(),
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket, log),
    // The hooks below do not run for a path that the router can't read.
    frameworkErrors: (error, request, reply) =>
      void refuse(error, request, reply.headers({ ...headersOfResponses, 'x-request-id': request.id }), log),
    routerOptions: { maxParamLength: 200 },
  });
  readJsonBodies(app, config.maxBodyBytes);
  await compressResponses(app);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    const given = clientRequestId(request.headers['x-request-id']);
    if (given !== undefined) reply.header('x-client-request-id', given);
    // Set here and not in the route, because the CORS plugin responds to OPTIONS before any route.
    if (request.method === 'OPTIONS') reply.header('allow', allowedMethods);
    done();
  });
  protectResponses(app, readOrigin);
  app.addHook('onRequest', ({ raw }, _reply, done) => done(severalHosts(raw.rawHeaders)));
  if (config.demoAccounts === 'local') refuseForeignHosts(app);
  if (config.corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...config.corsOrigins],
      strictPreflight: false,
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      credentials: true,
      exposedHeaders: [
        'x-request-id',
        'x-client-request-id',
        'retry-after',
        'idempotent-replayed',
        'freight-read-after',
        'ratelimit',
        'ratelimit-policy',
      ],
      maxAge: 600,
    });
  }
  app.setErrorHandler<FastifyError>((error, request, reply) => refuse(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const message = `The gateway serves no ${request.method} requests at this path.`;
    return refuse(new RequestRefusal('NOT_FOUND', message), request, reply, log);
  });
  return app;
}

function refuseForeignHosts(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => refuseForeignHost(headers));
}

/** Reports an error that occurred before GraphQL began, in the form of a GraphQL response. */
function refuse(error: Error, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  addVary(reply, 'accept');
  forbidCopies(reply);
  reply.type(responseType(acceptedBy(request)));
  const { errors, status, headers } = toRefused(asRefusal(error), request.id, log);
  return reply.code(status).headers(headers).send(JSON.stringify({ errors }));
}

/** Gives Fastify's own refusals a code of our table. Every other error stays as it is. */
function asRefusal(error: Error): unknown {
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status < 400 || status >= 500) return error;
  const code = 'code' in error ? String(error.code) : '';
  return new RequestRefusal('BAD_REQUEST', requirements[code] ?? error.message, { status });
}

const requirements: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not valid. Encode it as in RFC 3986.',
  FST_ERR_CTP_BODY_TOO_LARGE: 'The body is too large. Send a smaller one.',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'The content type is not supported. Send application/json.',
  FST_ERR_CTP_EMPTY_TYPE: 'The content type is missing. Send application/json.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty. Send a JSON object with "query".',
};
