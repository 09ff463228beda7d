import type { Database, EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';

/** Work that every process of a subgraph repeats, such as deleting what has expired. It may run in several processes at once. */
export interface Chore {
  /** For the log and the metric of its last run. */
  readonly name: string;
  readonly everyMs: number;
  readonly run: (em: EntityManager, log: Log) => Promise<void>;
}

/**
 * Repeats chores until it is closed. A chore that fails is tried again at its next time. Its first failure in a row is logged.
 * @param noteRun called with the name of a chore after each run without a failure
 */
export function startChores(
  chores: readonly Chore[],
  { database, log }: { readonly database: Pick<Database, 'fork'>; readonly log: Log },
  noteRun: (chore: string) => void = () => undefined,
): { close(): Promise<void> } {
  const running = new Map<Chore, Promise<void>>();
  const failing = new Set<Chore>();
  const run = async (chore: Chore): Promise<void> => {
    try {
      await chore.run(database.fork(), log);
      failing.delete(chore);
      noteRun(chore.name);
    } catch (error) {
      if (!failing.has(chore)) log.warn({ err: error, chore: chore.name }, 'a chore failed; it will be tried again');
      failing.add(chore);
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
