import type { FastifyInstance } from 'fastify';
import type { SupergraphStatus } from '../supergraph/status.ts';

/** Serves which supergraph is loaded, which one is on trial, and which one is refused for which documents. For operators only. */
export function serveSupergraphStatus(
  app: FastifyInstance,
  supergraph: { readonly isLoaded: boolean; readonly status: SupergraphStatus },
): void {
  app.get('/supergraph', async (_request, reply) =>
    supergraph.isLoaded ? supergraph.status : reply.code(503).send({ error: 'No supergraph is loaded yet.' }),
  );
}
