import type { Database, EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';

/** Work that every process of a subgraph repeats, such as deleting what has expired. It may run in several processes at once. */
export interface Chore {
  /** For the log. */
  readonly name: string;
  readonly everyMs: number;
  readonly run: (em: EntityManager) => Promise<void>;
}

/** Repeats chores until it is closed. A chore that fails is logged and tried again at its next time. */
export function startChores(
  chores: readonly Chore[],
  { database, log }: { readonly database: Pick<Database, 'fork'>; readonly log: Log },
): { close(): Promise<void> } {
  const running = new Map<Chore, Promise<void>>();
  const run = async (chore: Chore): Promise<void> => {
    try {
      await chore.run(database.fork());
    } catch (error) {
      log.warn({ err: error, chore: chore.name }, 'a chore failed; it will be tried again');
    } finally {
      running.delete(chore);
    }
  };
  const timers = chores.map((chore) =>
    setInterval(() => {
      if (!running.has(chore)) running.set(chore, run(chore));
    }, chore.everyMs).unref(),
  );
  return {
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
