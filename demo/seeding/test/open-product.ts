import type { BaseContext } from '#shared/graphql/context.ts';
import { newKeyPair } from '#shared/identity/tokens.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { createLog } from '#shared/runtime/log.ts';
import { type OpenSubgraph, openSubgraph } from '#shared/server.ts';
import { cipher, fieldSecrets } from '#shared/test/harness.ts';
import { allSubgraphs } from '../../../commands/all-subgraphs.ts';
import { generateWorld } from '../../generate/generate.ts';
import { loadSeed } from '../../seeds/list.ts';
import type { World } from '../../world.ts';
import type { WorldInPreparation } from '../seed-product.ts';
import { type SeedPart, writeSeeds } from '../write-seeds.ts';

/** Every subgraph, opened on one database. None listens. */
export interface OpenProduct {
  readonly open: readonly OpenSubgraph<BaseContext>[];
  readonly names: readonly string[];
  rowsOf(subgraph: string, sql: string): Promise<object[]>;
  close(): Promise<void>;
}

export async function openProduct(database: { urlFor(subgraph: string): string }): Promise<OpenProduct> {
  const keyring = { access: await newKeyPair(), identity: await newKeyPair() };
  const subgraphs = await allSubgraphs(keyring, {
    apiKeySecret: 'unused API key secret',
    fieldKeys: fieldSecrets.fieldKeys,
  });
  const open = await Promise.all(
    subgraphs.map((subgraph) =>
      openSubgraph(subgraph, {
        databaseUrl: database.urlFor(subgraph.name),
        live: createMemoryPubSub(),
        log: createLog(subgraph.name, 'silent'),
        cipher,
      }),
    ),
  );
  return {
    open,
    names: subgraphs.map(({ name }) => name),
    async rowsOf(name, sql) {
      const found = open.find(({ subgraph }) => subgraph.name === name);
      return found ? found.services.database.fork().execute<object[]>(sql) : [];
    },
    async close() {
      await Promise.all(open.map((one) => one.close()));
    },
  };
}

/** Prepares the small world in this process; a test may change parts of it. */
export function preparing(change: (part: SeedPart, name: string) => SeedPart = (part) => part) {
  return (now: Date): WorldInPreparation<OpenSubgraph<BaseContext>> => ({
    async write(missing) {
      const parts = missing.map(async ({ subgraph: { name }, services: { database } }) =>
        change({ seed: await loadSeed(name), connect: () => database.connect(), cipher }, name),
      );
      return writeSeeds(await Promise.all(parts), smallWorld(now));
    },
    async [Symbol.asyncDispose]() {},
  });
}

export const smallWorldSeed = 5;

export function smallWorldOptions(now: Date) {
  const size = { hubs: 12, organizations: 8, drivers: 24, vehicles: 18, shipments: 300, openPerStatus: 2, months: 6 };
  return { seed: smallWorldSeed, now, size };
}

export function smallWorld(now: Date): World {
  return generateWorld(smallWorldOptions(now));
}
