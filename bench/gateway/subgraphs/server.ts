/** All four subgraphs in one process, each on its own port. Says its ports as one JSON line on stdout; GET /stats counts requests. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createLeanHttpServer } from './http.ts';
import { type SubgraphName, subgraphNames } from './resolvers.ts';
import { Answerer } from './respond.ts';

export interface SubgraphStats {
  requests: number;
  /** Requests that came without the client's authorization header: the gateway didn't forward it. */
  anonymous: number;
  /** Requests that had to be executed because their body had not been seen before. */
  executed: number;
}

async function serve(subgraph: SubgraphName): Promise<number> {
  const answerer = new Answerer(subgraph);
  const stats: SubgraphStats = { requests: 0, anonymous: 0, executed: 0 };
  const server = createLeanHttpServer(({ path, authorized, body }) => {
    if (path === '/stats') return Buffer.from(JSON.stringify({ ...stats, executed: answerer.executed }));
    stats.requests += 1;
    if (!authorized) stats.anonymous += 1;
    return answerer.answer(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const ports: Record<string, number> = {};
for (const name of subgraphNames) ports[name] = await serve(name);
console.log(JSON.stringify(ports));
