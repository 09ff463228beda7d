import type pg from 'pg';
import { ConfigurationError } from '#shared/config.ts';
import { asAdmin } from '#shared/provision.ts';
import { type Seedable, seedOf } from '#shared/seed.ts';
import type { WrittenSeed } from '#shared/write-seeds.ts';

export interface SeedOptions<S extends Seedable> {
  readonly adminUrl: string;
  readonly database: string;
  /** The number of the demo world. */
  readonly seed: number;
  /** The moment of a new world. */
  readonly moment: () => Date;
  /** Writes the parts of these subgraphs as of a moment, all or none. */
  readonly write: (missing: readonly S[], now: Date) => Promise<WrittenSeed>;
}

/**
 * Writes the demo world into the subgraphs that hold none yet. No part is committed before all are written: a seed that
 * fails or is interrupted leaves nothing behind, and the next one starts over at a moment of its own.
 * @returns false where every subgraph was seeded already
 */
export function seedProduct<S extends Seedable>(open: readonly S[], options: SeedOptions<S>): Promise<boolean> {
  return asAdmin(options.adminUrl, options.database, async (client) => {
    // Of several processes that start at once, one seeds and the others wait for it.
    await client.query(`select pg_advisory_lock(hashtext('freight-seed'))`);
    const parts = open.filter(({ subgraph }) => subgraph.seed);
    const seeds = await Promise.all(parts.map(seedOf));
    const missing = parts.filter((_, index) => seeds[index] === undefined);
    if (missing.length === 0) return false;
    const known = seeds.find((seed) => seed !== undefined);
    if (known !== undefined) requireSeed(known, options.seed);
    const now = (known !== undefined && (await momentOf(client))) || options.moment();
    const written = await options.write(missing, now);
    // A process that ends between two commits leaves the moment for the seed that completes its work.
    await keepMoment(client, now).catch(async (error: unknown) => {
      await written.rollback();
      throw error;
    });
    await written.commit();
    return true;
  });
}

/** Ids of the demo world follow from seed and moment: the parts of one world must have both in common. */
function requireSeed(known: number, given: number): void {
  if (given !== known)
    throw new ConfigurationError(`SEED: ${known} is required, with which the demo data was begun; got ${given}`);
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
