import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { WorldOptions } from '#shared/demo/generate.ts';
import type { WrittenSeed } from '#shared/write-seeds.ts';

/** What the process is to write. */
export interface SeedWork {
  readonly world: WorldOptions;
  readonly parts: readonly { readonly schema: string; readonly url: string; readonly module: string }[];
}

/** What came of an order. */
export type SeedReport = { readonly done: true } | { readonly done: false; readonly error: unknown };

/**
 * Writes demo data in a process of its own: this one stays free to begin serving, and the memory of the world goes when
 * that one ends.
 */
export async function seedInProcess(work: SeedWork): Promise<WrittenSeed> {
  // Detached: Ctrl-C reaches us alone, and our end is the end of the process too.
  const child = fork(program, { serialization: 'advanced', execArgv: [], detached: true });
  const end = async (how: keyof WrittenSeed): Promise<void> => {
    try {
      await order(child, how);
    } finally {
      await leave(child);
    }
  };
  try {
    await order(child, work);
  } catch (error) {
    await leave(child);
    throw error;
  }
  return { commit: () => end('commit'), rollback: () => end('rollback') };
}

const program = new URL('seed-process.ts', import.meta.url);

/** The process ends when nobody is at the other end of its line. */
async function leave(child: ChildProcess): Promise<void> {
  if (!child.connected) return;
  const exit = once(child, 'exit');
  child.disconnect();
  await exit;
}

/** Sends an order and waits until it is done. */
async function order(child: ChildProcess, what: SeedWork | keyof WrittenSeed): Promise<void> {
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`The process that writes the demo data ended before it was done (${code ?? signal}).`);
  });
  const told = once(child, 'message') as Promise<[SeedReport]>; // seed-process.ts sends nothing else
  child.send(what);
  const [report] = await Promise.race([told, ended]);
  if (!report.done) throw report.error;
}
