import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** Collects the command lines of all processes from now on. */
export class ArgumentWatch implements AsyncDisposable {
  readonly #worker = new Worker(join(import.meta.dirname, 'watch-arguments.ts'));

  /** Ends the watch. @returns every command line that was seen */
  async stop(): Promise<readonly string[]> {
    const answer = once(this.#worker, 'message');
    this.#worker.postMessage('stop');
    const [lines] = (await answer) as [readonly string[]]; // its only message
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
