import type { FastifyInstance } from 'fastify';
import { type Health, statusOf } from './health.ts';

/**
 * Serves `/health` of a subgraph. The status is 503 while its database is down, because it cannot serve any request then.
 * `/health/live` says that the process runs: a restart would not bring the database back.
 */
export function serveHealth(app: FastifyInstance, health: Health): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health', async (_request, reply) => {
    const parts = await health.check();
    const isDown = parts.some(({ name, status }) => name === 'database' && status === 'down');
    return reply.code(isDown ? 503 : 200).send({ status: isDown ? 'down' : statusOf(parts), parts });
  });
}
