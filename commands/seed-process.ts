import { generateWorld } from '#shared/demo/generate.ts';
import type { World } from '#shared/demo/world.ts';
import { connectToSchema } from '#shared/schema-client.ts';
import { loadSeed } from '#shared/seed.ts';
import { type WrittenSeed, writeSeeds } from '#shared/write-seeds.ts';
import type { SeedOrder, SeedReport, SeedTarget } from './seed-in-process.ts';

/** A process that writes demo data and commits it or rolls it back, as it is told (seed-in-process.ts). */
let world: Promise<World> | undefined;
let written: WrittenSeed | undefined;

async function write(targets: readonly SeedTarget[]): Promise<void> {
  if (!world) throw new Error('A world is required before it can be written.');
  written = await writeSeeds(await Promise.all(targets.map(partOf)), await world);
}

async function partOf({ schema, url, module }: SeedTarget) {
  return { seed: await loadSeed(new URL(module)), connect: () => connectToSchema(url, schema) };
}

async function end(how: keyof WrittenSeed): Promise<void> {
  if (!written) throw new Error('A world must be written before it can be kept.');
  await written[how]();
}

function tellOf(work: Promise<void>): void {
  const tell = (report: SeedReport) => void process.send?.(report);
  work.then(
    () => tell({ done: true }),
    (error: unknown) => tell({ done: false, error }),
  );
}

process.on('message', (order: SeedOrder) => {
  if ('generate' in order) {
    world = Promise.try(() => generateWorld(order.generate));
    world.catch(() => undefined); // told by the order to write
  } else tellOf('write' in order ? write(order.write) : end(order.end));
});
// Whoever asked for it is gone: PostgreSQL rolls back what is not committed.
process.on('disconnect', () => process.exit());
