import { roleUrl } from '#shared/database/provision.ts';
import { roleSecret } from '#shared/test/cluster.ts';
import { seedProduct } from '../seed-product.ts';
import type { Seed } from '../write-seeds.ts';
import { openProduct, preparing, smallWorldSeed } from './open-product.ts';

/** A process that seeds a database and hangs after one subgraph has written its rows. */
const [adminUrl = '', database = ''] = process.argv.slice(2);
const { open } = await openProduct({ urlFor: (subgraph) => roleUrl(adminUrl, database, subgraph, roleSecret) });
const stopping =
  (seed: Seed): Seed =>
  async (tables, world) => {
    await seed(tables, world);
    process.stdout.write('halfway\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  };
await seedProduct(Promise.resolve(open), {
  adminUrl,
  database,
  seed: smallWorldSeed,
  moment: () => new Date('2026-11-23T09:00:00Z'),
  prepare: preparing((part, name) => (name === 'access' ? { ...part, seed: stopping(part.seed) } : part)),
});
