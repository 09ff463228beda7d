import type { Database } from '#shared/database/database.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import { loadSeed } from '../seeds/list.ts';
import type { World } from '../world.ts';
import { writeSeeds } from './write-seeds.ts';

/** A subgraph that is open. */
export interface Seedable {
  readonly subgraph: Pick<Subgraph, 'name'>;
  readonly services: { readonly database: Database };
}

/** The seed number of the demo world in a subgraph. Undefined without demo data. */
export async function seedOf({ services }: Seedable): Promise<number | undefined> {
  const [row] = await services.database.fork().execute<{ seed: number }[]>('select seed from seeded limit 1');
  return row?.seed;
}

/** Seeds one subgraph alone, for its own tests. */
export async function seedAlone({ subgraph, services }: Seedable, world: World): Promise<void> {
  const { database } = services;
  const { cipher, connect } = database;
  if (!cipher) throw new Error('the database of a seed must be opened with a cipher');
  const written = await writeSeeds([{ seed: await loadSeed(subgraph.name), connect, cipher }], world);
  await written.commit();
}
