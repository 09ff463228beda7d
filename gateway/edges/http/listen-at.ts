import type { FastifyInstance } from 'fastify';
import { refusePort, type WantedPort } from '#shared/runtime/ports.ts';

/** Connections that the kernel holds until they are accepted. Linux allows 4,096. A client beyond them retries only after a second. */
const backlog = 4_096;

/** Opens a port. @throws ConfigurationError if it is taken */
export function listenAt(app: FastifyInstance, wanted: WantedPort): Promise<string> {
  const { host, port } = wanted;
  return app.listen({ host, port, backlog }).catch((error: unknown) => refusePort(error, wanted));
}
