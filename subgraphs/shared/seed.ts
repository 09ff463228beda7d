import type { Database } from './database.ts';
import type { World } from './demo/world.ts';
import type { Subgraph } from './subgraph.ts';

/** What the seed needs of a subgraph that is open. */
export interface Seedable {
  readonly subgraph: Pick<Subgraph, 'seed'>;
  readonly services: { readonly database: Database };
}

/** A subgraph's part of the demo world, written in a transaction that is still open. */
export interface WrittenSeed {
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** The seed number of the demo data that a subgraph holds; undefined while it holds none. */
export async function seedOf({ services }: Seedable): Promise<number | undefined> {
  const [row] = await services.database.fork().execute<{ seed: number }[]>('select seed from seeded limit 1');
  return row?.seed;
}

/** Writes a subgraph's part of the demo world and the note that it is there; both count from `commit` on. */
export async function writeSeed({ subgraph, services: { database } }: Seedable, world: World): Promise<WrittenSeed> {
  const em = database.fork();
  await em.begin();
  try {
    await em.execute('set local statement_timeout = 0');
    await subgraph.seed(em, world);
    await em.execute('insert into seeded (seed) values (?)', [world.seed]);
  } catch (error) {
    await em.rollback();
    throw error;
  }
  return {
    async commit() {
      await em.commit();
      // The planner knows nothing of rows that came in one transaction until it is told.
      await database.maintain((inner) => inner.execute('analyze'));
    },
    rollback: () => em.rollback(),
  };
}

/** Seeds one subgraph alone: what its own tests start from. */
export async function seedAlone(open: Seedable, world: World): Promise<void> {
  const written = await writeSeed(open, world);
  await written.commit();
}
