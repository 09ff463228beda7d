import type pg from 'pg';
import { asAdmin } from '#shared/database/provision.ts';
import { ConfigurationError } from '#shared/runtime/config.ts';
import { seeds } from '../seeds/list.ts';
import { type Seedable, seedOf } from './seed-alone.ts';
import type { WrittenSeed } from './write-seeds.ts';

/** The demo world of a moment. It may be generated before the tables exist. */
export interface WorldInPreparation<S extends Seedable> extends AsyncDisposable {
  /** Writes the parts of these subgraphs, all or none. */
  write(missing: readonly S[]): Promise<WrittenSeed>;
}

export interface SeedOptions<S extends Seedable> {
  readonly adminUrl: string;
  readonly database: string;
  /** The seed number of the demo world. */
  readonly seed: number;
  /** The moment of a new world. */
  readonly moment: () => Date;
  readonly prepare: (now: Date) => WorldInPreparation<S>;
}

/**
 * Writes the demo world into the subgraphs without demo data. All parts are written before the first commit: a seed that
 * fails or is interrupted leaves nothing behind, and the next one starts over with a new moment.
 * @param opening subgraphs whose tables are being migrated; a first world is generated at the same time
 * @returns false when every subgraph was seeded already
 */
export function seedProduct<S extends Seedable>(
  opening: Promise<readonly S[]>,
  options: SeedOptions<S>,
): Promise<boolean> {
  return asAdmin(options.adminUrl, options.database, async (client) => {
    // When several processes start at once, one seeds and the others wait.
    await client.query(`select pg_advisory_lock(hashtext('freight-seed'))`);
    await createMomentTable(client);
    const kept = await momentOf(client);
    const moment = options.moment();
    await using first = kept ? undefined : options.prepare(moment);
    const { missing, begun } = await missingParts(await opening, options.seed);
    if (missing.length === 0) return false;

    // A moment without any part belongs to an interrupted seed.
    const now = (begun && kept) || moment;
    await using world = first ?? options.prepare(now);
    const written = await world.write(missing);
    // When the process ends between two commits, the next seed needs this moment to complete the data.
    await keepMoment(client, now).catch(async (error: unknown) => {
      await written.rollback();
      throw error;
    });
    await written.commit();
    return true;
  });
}

/** Subgraphs whose part of the demo world is missing. `begun` is true when other subgraphs have theirs. */
async function missingParts<S extends Seedable>(
  open: readonly S[],
  seed: number,
): Promise<{ missing: readonly S[]; begun: boolean }> {
  const parts = open.filter(({ subgraph }) => seeds.has(subgraph.name));
  const held = await Promise.all(parts.map(seedOf));
  const missing = parts.filter((_, index) => held[index] === undefined);
  const known = held.find((one) => one !== undefined);
  // Ids of the demo world follow from seed and moment, so all parts must share both.
  if (missing.length > 0 && known !== undefined && known !== seed)
    throw new ConfigurationError(`SEED: use ${known}, with which the demo data was begun, instead of ${seed}`);
  return { missing, begun: known !== undefined };
}

async function createMomentTable(client: pg.Client): Promise<void> {
  await client.query(
    'create table if not exists demo_world (one boolean primary key default true check (one), now timestamptz not null)',
  );
}

async function momentOf(client: pg.Client): Promise<Date | undefined> {
  const { rows } = await client.query<{ now: Date }>('select now from demo_world');
  return rows[0]?.now;
}

async function keepMoment(client: pg.Client, now: Date): Promise<void> {
  await client.query('insert into demo_world (now) values ($1) on conflict (one) do update set now = excluded.now', [
    now,
  ]);
}
