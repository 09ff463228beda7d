/** All four subgraphs in one process, each on its own port. Prints the ports as one JSON line. `GET /stats` returns request counts. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLeanHttpServer } from './http.ts';
import { type SubgraphName, subgraphNames } from './resolvers.ts';
import { Responder } from './respond.ts';

export interface SubgraphStats {
  requests: number;
  /** Requests without the client's authorization header, which the gateway did not forward. */
  anonymous: number;
  /** Requests that were executed because their body was new. */
  executed: number;
}

async function serve(subgraph: SubgraphName): Promise<number> {
  const responder = new Responder(subgraph);
  const stats: SubgraphStats = { requests: 0, anonymous: 0, executed: 0 };
  const server = createLeanHttpServer(({ path, authorized, body }) => {
    if (path === '/stats') return Buffer.from(JSON.stringify({ ...stats, executed: responder.executed }));
    stats.requests += 1;
    if (!authorized) stats.anonymous += 1;
    return responder.respond(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const ports: Record<string, number> = {};
for (const name of subgraphNames) ports[name] = await serve(name);
console.log(JSON.stringify(ports));
