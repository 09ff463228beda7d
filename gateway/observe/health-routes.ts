import type { FastifyInstance } from 'fastify';
import type { SubgraphHealth } from './subgraph-health.ts';

/** What the gateway is doing, from the first line to the last. */
export type Phase = 'starting' | 'serving' | 'draining';

export interface HealthOptions {
  readonly phase: () => Phase;
  /** Names of the subgraphs of the current supergraph. */
  readonly subgraphs: () => readonly string[];
  readonly health: SubgraphHealth;
  /** Whether subgraphs are named: to operators only. */
  readonly isDetailed: boolean;
}

/**
 * `/health/live`: the process runs. `/health`: it serves. `/health/ready`: it serves, and what it serves from can be reached; one dead
 * subgraph of several makes it "degraded" but keeps it in rotation, as it still answers everything else.
 */
export function serveHealth(app: FastifyInstance, { phase, subgraphs, health, isDetailed }: HealthOptions): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health', async (_request, reply) => {
    const serving = phase() === 'serving';
    return reply.code(serving ? 200 : 503).send({ status: serving ? 'ok' : phase() });
  });
  app.get('/health/ready', async (_request, reply) => {
    if (phase() !== 'serving') return reply.code(503).send({ status: phase() });
    const found = await health.statusOf(subgraphs());
    const states = Object.values(found);
    const up = states.filter((state) => state === 'up').length;
    const status = up === states.length ? 'ready' : up > 0 ? 'degraded' : 'unavailable';
    const detail = isDetailed ? { supergraph: 'loaded', subgraphs: found } : {};
    return reply.code(status === 'unavailable' ? 503 : 200).send({ status, ...detail });
  });
}
