import type { FastifyInstance } from 'fastify';
import { type Health, statusOf } from './health.ts';

/** `/health` of a subgraph: its parts; 503 while its database is away, because it can then answer nothing. */
export function serveHealth(app: FastifyInstance, health: Health): void {
  app.get('/health', async (_request, reply) => {
    const parts = await health.check();
    const isDown = parts.some(({ name, status }) => name === 'database' && status === 'down');
    return reply.code(isDown ? 503 : 200).send({ status: isDown ? 'down' : statusOf(parts), parts });
  });
}
