import { generateWorld } from '#shared/demo/generate.ts';
import { connectToSchema } from '#shared/schema-client.ts';
import { loadSeed } from '#shared/seed.ts';
import { type WrittenSeed, writeSeeds } from '#shared/write-seeds.ts';
import type { SeedReport, SeedWork } from './seed-in-process.ts';

/** A process that writes demo data, says so, and then commits or rolls back as it is told (seed-in-process.ts). */
async function write({ world, parts }: SeedWork): Promise<WrittenSeed> {
  const loaded = parts.map(async ({ schema, url, module }) => ({
    seed: await loadSeed(new URL(module)),
    connect: () => connectToSchema(url, schema),
  }));
  return writeSeeds(await Promise.all(loaded), generateWorld(world));
}

function tell(report: SeedReport): void {
  process.send?.(report);
}

let written: Promise<WrittenSeed> | undefined;

async function obey(order: SeedWork | keyof WrittenSeed): Promise<void> {
  if (typeof order === 'object') {
    written = write(order);
    await written;
  } else {
    const seed = await written;
    await seed?.[order]();
  }
}

process.on('message', (order: SeedWork | keyof WrittenSeed) => {
  obey(order).then(
    () => tell({ done: true }),
    (error: unknown) => tell({ done: false, error }),
  );
});
// Whoever asked for it is gone: PostgreSQL rolls back what is not committed.
process.on('disconnect', () => process.exit());
