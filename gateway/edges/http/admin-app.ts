import fastify, { type FastifyInstance } from 'fastify';
import { newId } from '#shared/ids.ts';

/** The HTTP server for operators, on a port of its own: metrics and detailed health. */
export function createAdminApp(): FastifyInstance {
  const app = fastify({ genReqId: () => newId(), return503OnClosing: false, forceCloseConnections: true });
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
  });
  return app;
}
