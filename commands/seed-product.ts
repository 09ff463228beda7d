import type pg from 'pg';
import { ConfigurationError } from '#shared/config.ts';
import type { World } from '#shared/demo/world.ts';
import { asAdmin } from '#shared/provision.ts';
import { type Seedable, seedOf, writeSeed } from '#shared/seed.ts';

export interface SeedOptions {
  readonly adminUrl: string;
  readonly database: string;
  /** The demo world as of a moment. */
  readonly world: (now: Date) => World;
  /** The moment of a new world. */
  readonly moment: () => Date;
}

/**
 * Writes the demo world into the subgraphs that hold none yet. No part is committed before all are written: a seed that
 * fails or is interrupted leaves nothing behind, and the next one starts over at a moment of its own.
 * @returns false where every subgraph was seeded already
 */
export function seedProduct(open: readonly Seedable[], options: SeedOptions): Promise<boolean> {
  return asAdmin(options.adminUrl, options.database, async (client) => {
    // Of several processes that start at once, one seeds and the others wait for it.
    await client.query(`select pg_advisory_lock(hashtext('freight-seed'))`);
    const seeds = await Promise.all(open.map(seedOf));
    const missing = open.filter((_, index) => seeds[index] === undefined);
    if (missing.length === 0) return false;
    const known = seeds.find((seed) => seed !== undefined);
    const now = (known !== undefined && (await momentOf(client))) || options.moment();
    const world = options.world(now);
    if (known !== undefined) requireSeed(known, world.seed);
    await writeAll(missing, world, () => keepMoment(client, now));
    return true;
  });
}

/** Ids of the demo world follow from seed and moment: the parts of one world must have both in common. */
function requireSeed(known: number, given: number): void {
  if (given !== known)
    throw new ConfigurationError(`SEED: ${known} is required, with which the demo data was begun; got ${given}`);
}

async function writeAll(missing: readonly Seedable[], world: World, beforeCommit: () => Promise<void>): Promise<void> {
  const results = await Promise.allSettled(missing.map((one) => writeSeed(one, world)));
  const written = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    requireAll(results);
    // A process that ends between two commits leaves the moment for the seed that completes its work.
    await beforeCommit();
  } catch (error) {
    await Promise.all(written.map((one) => one.rollback()));
    throw error;
  }
  requireAll(await Promise.allSettled(written.map((one) => one.commit())));
}

/** Throws what the first failed one threw, after all have ended. */
function requireAll(results: readonly PromiseSettledResult<unknown>[]): void {
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}

async function momentOf(client: pg.Client): Promise<Date | undefined> {
  await createMomentTable(client);
  const { rows } = await client.query<{ now: Date }>('select now from demo_world');
  return rows[0]?.now;
}

async function keepMoment(client: pg.Client, now: Date): Promise<void> {
  await createMomentTable(client);
  await client.query('insert into demo_world (now) values ($1) on conflict (one) do update set now = excluded.now', [
    now,
  ]);
}

async function createMomentTable(client: pg.Client): Promise<void> {
  await client.query(
    'create table if not exists demo_world (one boolean primary key default true check (one), now timestamptz not null)',
  );
}
