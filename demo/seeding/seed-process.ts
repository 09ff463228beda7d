import { connectToSchema } from '#shared/database/schema-client.ts';
import { createFieldCipher, type FieldCipher, type FieldSecrets } from '#shared/identity/field-cipher.ts';
import { generateWorld } from '../generate/generate.ts';
import { loadSeed } from '../seeds/list.ts';
import type { World } from '../world.ts';
import type { SeedOrder, SeedReport, SeedTarget } from './seed-in-process.ts';
import { type WrittenSeed, writeSeeds } from './write-seeds.ts';

/** A process that writes demo data, and commits or rolls back on order (seed-in-process.ts). */
let world: Promise<World> | undefined;
let written: WrittenSeed | undefined;

async function write(targets: readonly SeedTarget[], secrets: FieldSecrets): Promise<void> {
  if (!world) throw new Error('A world is required before it can be written.');
  const cipher = createFieldCipher(secrets);
  written = await writeSeeds(await Promise.all(targets.map((target) => partOf(target, cipher))), await world);
}

async function partOf({ subgraph, url }: SeedTarget, cipher: FieldCipher) {
  return { seed: await loadSeed(subgraph), connect: () => connectToSchema(url, subgraph), cipher };
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
    world.catch(() => undefined); // The order to write reports it.
  } else tellOf('write' in order ? write(order.write, order.secrets) : end(order.end));
});
// The parent process has ended. PostgreSQL rolls back what is not committed.
process.on('disconnect', () => process.exit());
