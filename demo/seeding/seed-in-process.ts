import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WorldOptions } from '../generate/generate.ts';
import type { WrittenSeed } from './write-seeds.ts';

/** A subgraph's name, which is that of its schema too, and the URL of its role. */
export interface SeedTarget {
  readonly subgraph: string;
  readonly url: string;
}

/** What the process is told to do, in this order. */
export type SeedOrder =
  | { readonly generate: WorldOptions }
  | { readonly write: readonly SeedTarget[] }
  | { readonly end: keyof WrittenSeed };

/** What came of an order. */
export type SeedReport = { readonly done: true } | { readonly done: false; readonly error: unknown };

const program = new URL('seed-process.ts', import.meta.url);

/**
 * A process that generates a demo world and writes it: this one stays free to begin serving, and the memory of the world
 * goes when that one ends.
 */
export class SeedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Rejects when the process ends, or cannot be started. */
  readonly #ended: Promise<never>;

  /** @param signal ends the process when aborted */
  constructor(world: WorldOptions, signal?: AbortSignal) {
    signal?.throwIfAborted();
    // Detached: Ctrl-C reaches us alone, and our end is the end of that process too.
    this.#child = fork(program, { serialization: 'advanced', execArgv: [], detached: true });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`The process that writes the demo data ended before it was done (${code ?? signal}).`);
    });
    // Told by the order that waits for it.
    this.#ended.catch(() => undefined);
    this.#child.on('error', () => undefined);
    signal?.addEventListener('abort', () => this.#leave(), { once: true });
    this.#child.send({ generate: world } satisfies SeedOrder);
  }

  async write(targets: readonly SeedTarget[]): Promise<WrittenSeed> {
    await this.#do({ write: targets });
    return { commit: () => this.#do({ end: 'commit' }), rollback: () => this.#do({ end: 'rollback' }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    await this.#ended.catch(() => undefined);
  }

  /** The process ends when nobody is at the other end of its line. */
  #leave(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #do(order: SeedOrder): Promise<void> {
    const told = once(this.#child, 'message') as Promise<[SeedReport]>; // seed-process.ts sends nothing else
    this.#child.send(order);
    const [report] = await Promise.race([told, this.#ended]);
    if (!report.done) throw report.error;
  }
}
