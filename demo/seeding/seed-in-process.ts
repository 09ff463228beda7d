import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FieldSecrets } from '#shared/identity/field-cipher.ts';
import type { WorldOptions } from '../generate/generate.ts';
import type { WrittenSeed } from './write-seeds.ts';

/** The name of a subgraph, which is also that of its schema, and the URL of its role. */
export interface SeedTarget {
  readonly subgraph: string;
  readonly url: string;
}

/** The orders to the process, in this sequence. */
export type SeedOrder =
  | { readonly generate: WorldOptions }
  | { readonly write: readonly SeedTarget[]; readonly secrets: FieldSecrets }
  | { readonly end: keyof WrittenSeed };

/** The outcome of an order. */
export type SeedReport = { readonly done: true } | { readonly done: false; readonly error: unknown };

const program = new URL('seed-process.ts', import.meta.url);

/** Heap limits of the process. Long histories need more than Node allows by default. */
const leastHeapMegabytes = 4_096;
const kilobytesPerShipment = 12;

function heapMegabytes({ size }: WorldOptions): number {
  return leastHeapMegabytes + Math.ceil(((size?.shipments ?? 0) * kilobytesPerShipment) / 1_024);
}

/**
 * A child process that generates and writes a demo world. This process stays free to serve, and the memory of the world is
 * released when the child ends.
 */
export class SeedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** Rejects when the process ends, or cannot be started. */
  readonly #ended: Promise<never>;

  /** @param signal ends the process when aborted */
  constructor(world: WorldOptions, signal?: AbortSignal) {
    signal?.throwIfAborted();
    // Detached, so that Ctrl-C reaches this process only. The child ends together with this process.
    const execArgv = [`--max-old-space-size=${heapMegabytes(world)}`];
    this.#child = fork(program, { serialization: 'advanced', execArgv, detached: true });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`The process that writes the demo data ended before it was done (${code ?? signal}).`);
    });
    // The waiting order reports it.
    this.#ended.catch(() => undefined);
    this.#child.on('error', () => undefined);
    signal?.addEventListener('abort', () => this.#leave(), { once: true });
    this.#child.send({ generate: world } satisfies SeedOrder);
  }

  async write(targets: readonly SeedTarget[], secrets: FieldSecrets): Promise<WrittenSeed> {
    await this.#do({ write: targets, secrets });
    return { commit: () => this.#do({ end: 'commit' }), rollback: () => this.#do({ end: 'rollback' }) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    await this.#ended.catch(() => undefined);
  }

  /** The process ends when its IPC channel closes. */
  #leave(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  async #do(order: SeedOrder): Promise<void> {
    const reported = once(this.#child, 'message') as Promise<[SeedReport]>; // seed-process.ts sends nothing else.
    this.#child.send(order);
    const [report] = await Promise.race([reported, this.#ended]);
    if (!report.done) throw report.error;
  }
}
