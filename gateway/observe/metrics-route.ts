import type { FastifyInstance } from 'fastify';
import type { GatewayMetrics } from './metrics.ts';

/** Serves metrics at `/metrics` in the text format of Prometheus. */
export function serveMetrics(app: FastifyInstance, metrics: GatewayMetrics): void {
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.text();
    return reply.type(contentType).send(body);
  });
}
