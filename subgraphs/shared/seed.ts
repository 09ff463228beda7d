import type { BaseContext } from './context.ts';
import type { Database } from './database.ts';
import type { World } from './demo/world.ts';
import type { Subgraph } from './subgraph.ts';

/**
 * Writes a subgraph's part of the demo world once: the rows and the note that they are there commit together, so an
 * interrupted seed starts over and a second one does nothing.
 * @returns false where the tables held a seed already
 */
export async function seedOnce<C extends BaseContext>(
  subgraph: Subgraph<C>,
  database: Database,
  world: () => World,
): Promise<boolean> {
  const em = database.fork();
  const written = await em.transactional(async (inner) => {
    await inner.execute('lock table seeded in exclusive mode');
    const [known] = await inner.execute('select seed from seeded limit 1');
    if (known) return false;
    const generated = world();
    await subgraph.seed(inner, generated);
    await inner.execute('insert into seeded (seed) values (?)', [generated.seed]);
    return true;
  });
  // The planner knows nothing of rows that came in one transaction until it is told.
  if (written) await database.fork().execute('analyze');
  return written;
}
