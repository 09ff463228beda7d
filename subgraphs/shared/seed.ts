import type { Database } from './database.ts';
import type { World } from './demo/world.ts';
import type { Subgraph } from './subgraph.ts';
import { type Seed, writeSeeds } from './write-seeds.ts';

/** The export `seed` of a subgraph's module. */
export async function loadSeed(module: URL): Promise<Seed> {
  const { seed } = (await import(module.href)) as { seed: Seed }; // every seed.ts has it
  return seed;
}

/** A subgraph that is open. */
export interface Seedable {
  readonly subgraph: Pick<Subgraph, 'seed'>;
  readonly services: { readonly database: Database };
}

/** The number of the demo world that a subgraph holds; undefined while it holds none. */
export async function seedOf({ services }: Seedable): Promise<number | undefined> {
  const [row] = await services.database.fork().execute<{ seed: number }[]>('select seed from seeded limit 1');
  return row?.seed;
}

/** Seeds one subgraph alone: what its own tests start from. */
export async function seedAlone({ subgraph, services }: Seedable, world: World): Promise<void> {
  if (!subgraph.seed) return;
  const { database } = services;
  const written = await writeSeeds([{ seed: await loadSeed(subgraph.seed), connect: database.connect }], world);
  await written.commit();
}
