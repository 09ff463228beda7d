import type { FastifyInstance } from 'fastify';
import type { Phase, Readiness, ReadinessCheck } from './readiness.ts';

export interface HealthOptions {
  readonly phase: () => Phase;
  readonly readiness: ReadinessCheck;
  /** True for operators: responses then name subgraphs. */
  readonly isDetailed: boolean;
}

const inRotation: ReadonlySet<Readiness['status']> = new Set(['ready', 'degraded']);

/**
 * Serves three routes. `/health/live` says that the process runs, and `/health` that it serves requests. `/health/ready` is 503 only if no request
 * can be served. One dead subgraph of several, Redis, a full disk or a running seed make it "degraded" and keep it in rotation.
 */
export function serveHealth(app: FastifyInstance, { phase, readiness, isDetailed }: HealthOptions): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health', async (_request, reply) => {
    const serving = phase() === 'serving';
    return reply.code(serving ? 200 : 503).send({ status: serving ? 'ok' : phase() });
  });
  app.get('/health/ready', async (_request, reply) => {
    const found = await readiness.read(isDetailed);
    return reply.code(inRotation.has(found.status) ? 200 : 503).send(found);
  });
}
