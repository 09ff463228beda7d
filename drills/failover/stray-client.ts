import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DatabaseNode } from './database-node.ts';

const run = promisify(execFile);
const attemptMs = 2_000;

/** Where stray clients write. It is created before the fault, because a former primary cannot create it. */
export const strayTable = 'create table if not exists drill_stray (at timestamptz default now())';

/** A client that was left on the side of the former primary: it writes there directly, past HAProxy. */
export class StrayClient {
  readonly #node: DatabaseNode;
  readonly #running: Promise<void>;
  #acknowledged = 0;
  #isStopping = false;

  constructor(node: DatabaseNode) {
    this.#node = node;
    this.#running = this.#write();
  }

  async #write(): Promise<void> {
    while (!this.#isStopping) if (await this.#attempt()) this.#acknowledged += 1;
  }

  /** @returns true for an acknowledged write */
  async #attempt(): Promise<boolean> {
    const { file, args } = this.#node.machine.here({
      file: 'psql',
      args: [this.#node.url('postgres'), '--quiet', '--command', 'insert into drill_stray default values'],
      environment: {},
      health: { kind: 'exit' },
    });
    return run(file, [...args], { timeout: attemptMs }).then(
      () => true,
      () => false,
    );
  }

  /** @returns the number of acknowledged writes */
  async stop(): Promise<number> {
    this.#isStopping = true;
    await this.#running;
    return this.#acknowledged;
  }
}
