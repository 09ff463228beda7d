import { roleUrl } from '#shared/provision.ts';
import { roleSecret } from '#shared/test/cluster.ts';
import { seedProduct } from '../seed-product.ts';
import { openProduct, smallWorld } from './open-product.ts';

/** A process that seeds a database and stops for ever after one subgraph has written its rows. */
const [adminUrl = '', database = ''] = process.argv.slice(2);
const { open } = await openProduct({ urlFor: (subgraph) => roleUrl(adminUrl, database, subgraph, roleSecret) });
const [dying, ...others] = open;
if (!dying) throw new Error('no subgraph is open');
const stopping: typeof dying.subgraph.seed = async (em, world) => {
  await dying.subgraph.seed(em, world);
  process.stdout.write('halfway\n');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
await seedProduct([{ ...dying, subgraph: { seed: stopping } }, ...others], {
  adminUrl,
  database,
  world: smallWorld,
  moment: () => new Date('2026-11-23T09:00:00Z'),
});
