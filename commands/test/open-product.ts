import { generateWorld } from '#shared/demo/generate.ts';
import type { World } from '#shared/demo/world.ts';
import { newKeyPair } from '#shared/identity.ts';
import { createLog } from '#shared/log.ts';
import { createMemoryPubSub } from '#shared/pubsub-memory.ts';
import { openSubgraph } from '#shared/server.ts';
import { allSubgraphs } from '../product.ts';

/** Every subgraph, open on one database; none listens. */
export interface OpenProduct {
  readonly open: readonly Awaited<ReturnType<typeof openSubgraph>>[];
  readonly names: readonly string[];
  close(): Promise<void>;
}

export async function openProduct(database: { urlFor(subgraph: string): string }): Promise<OpenProduct> {
  const keyring = { access: await newKeyPair(), identity: await newKeyPair() };
  const subgraphs = await allSubgraphs(keyring);
  const open = await Promise.all(
    subgraphs.map((subgraph) =>
      openSubgraph(subgraph, {
        databaseUrl: database.urlFor(subgraph.name),
        live: createMemoryPubSub(),
        log: createLog(subgraph.name, 'silent'),
      }),
    ),
  );
  return {
    open,
    names: subgraphs.map(({ name }) => name),
    async close() {
      await Promise.all(open.map((one) => one.close()));
    },
  };
}

export function smallWorld(now: Date): World {
  const size = { hubs: 12, organizations: 8, drivers: 24, vehicles: 18, shipments: 300, openPerStatus: 2, months: 6 };
  return generateWorld({ seed: 5, now, size });
}
