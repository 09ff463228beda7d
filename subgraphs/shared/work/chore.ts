import type { EntityManager } from '../database/database.ts';
import type { Log } from '../runtime/log.ts';

/**
 * Work that a subgraph repeats, such as deleting what has expired. One of its processes does it each time. If a process stands still for longer than
 * its claim, another one begins too, so that a run must bear a second one beside it.
 */
export interface Chore {
  /** For the log, the metrics and the table of chores. */
  readonly name: string;
  readonly everyMs: number;
  /** @param ending aborted when the process ends, which waits for the run: one that waits for others gives up then */
  readonly run: (em: EntityManager, log: Log, ending?: AbortSignal) => Promise<void>;
}
