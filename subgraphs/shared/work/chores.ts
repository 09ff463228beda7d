import type { Database, EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';

/** Work that every process of a subgraph repeats, such as deleting what has expired. It may run in several processes at once. */
export interface Chore {
  /** For the log and the metric of its last run. */
  readonly name: string;
  readonly everyMs: number;
  readonly run: (em: EntityManager, log: Log) => Promise<void>;
}

/** Is told about each run of a chore. */
export interface ChoreObserver {
  /** The chore was started in this process and runs at this interval. */
  scheduled(chore: Pick<Chore, 'name' | 'everyMs'>): void;
  ran(chore: string, outcome: 'succeeded' | 'failed'): void;
}

const unobserved: ChoreObserver = { scheduled: () => undefined, ran: () => undefined };

/** Repeats chores until it is closed. A chore that fails is tried again at its next time. Its first failure in a row is logged. */
export function startChores(
  chores: readonly Chore[],
  { database, log }: { readonly database: Pick<Database, 'fork'>; readonly log: Log },
  observer: ChoreObserver = unobserved,
): { close(): Promise<void> } {
  const running = new Map<Chore, Promise<void>>();
  const failing = new Set<Chore>();
  const run = async (chore: Chore): Promise<void> => {
    try {
      await chore.run(database.fork(), log);
      failing.delete(chore);
      observer.ran(chore.name, 'succeeded');
    } catch (error) {
      observer.ran(chore.name, 'failed');
      if (!failing.has(chore)) log.warn({ err: error, chore: chore.name }, 'a chore failed; it will be tried again');
      failing.add(chore);
    } finally {
      running.delete(chore);
    }
  };
  for (const chore of chores) observer.scheduled(chore);
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
