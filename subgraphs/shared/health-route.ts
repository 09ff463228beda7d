import type { FastifyInstance } from 'fastify';
import { type Health, statusOf } from './health.ts';
import type { Log } from './log.ts';
import { sharedCheck } from './shared-check.ts';

export interface HealthRouteOptions {
  readonly health: Health;
  readonly pingDatabase: () => Promise<void>;
  readonly log: Log;
}

/** `/health` of a subgraph: its parts; 503 while its database is away, because it can then answer nothing. */
export function serveHealth(app: FastifyInstance, { health, pingDatabase, log }: HealthRouteOptions): void {
  const check = sharedCheck(pingDatabase);
  let reachable = true;
  const databaseAnswers = async (): Promise<boolean> => {
    try {
      await check();
      if (!reachable) log.info('database answers again');
      reachable = true;
    } catch (error) {
      if (reachable) log.error({ err: error }, 'database does not answer');
      reachable = false;
    }
    health.set('database', reachable ? 'up' : 'down', 'The database does not answer.');
    return reachable;
  };

  app.get('/health', async (_request, reply) => {
    if (!(await databaseAnswers())) return reply.code(503).send({ status: 'down', parts: health.parts() });
    return { status: statusOf(health.parts()), parts: health.parts() };
  });
}
