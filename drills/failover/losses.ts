import { setTimeout as delay } from 'node:timers/promises';
import type { DatabaseNode } from './database-node.ts';
import { StrayClient } from './stray-client.ts';

const strayMs = 4_000;

/** A way to lose the primary, and to bring its machine back. */
export interface Loss {
  readonly name: string;
  begin(node: DatabaseNode): void;
  /** Tries to write on the former primary, after another was promoted. @returns the number of acknowledged writes */
  stray(node: DatabaseNode): Promise<number>;
  /** Makes the machine whole. Its processes are stopped by SIGSTOP, if there are any. */
  heal(node: DatabaseNode): void;
}

const isPostgres = (program: string): boolean => program === 'postgres';

/** Every process of the machine ends at once, as if it had lost its power. */
const kill: Loss = {
  name: 'kill',
  begin: ({ machine }) => machine.signal('SIGKILL'),
  stray: async () => 0, // nothing runs there
  heal: (node) => node.startAgain(),
};

/** Every process of the machine stands still. PostgreSQL wakes up first, and still takes itself for the primary. */
const freeze: Loss = {
  name: 'freeze',
  begin: ({ machine }) => machine.signal('SIGSTOP'),
  async stray(node) {
    node.machine.signal('SIGCONT', isPostgres);
    return await writeAstray(node);
  },
  heal: ({ machine }) => machine.signal('SIGCONT'),
};

/** The machine runs on without its network. */
const partition: Loss = {
  name: 'partition',
  begin: ({ machine }) => machine.cut(),
  stray: writeAstray,
  heal({ machine }) {
    machine.signal('SIGCONT');
    machine.connect();
  },
};

async function writeAstray(node: DatabaseNode): Promise<number> {
  const client = new StrayClient(node);
  await delay(strayMs);
  return await client.stop();
}

export const losses: readonly Loss[] = [kill, freeze, partition];
