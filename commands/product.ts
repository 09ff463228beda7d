import { join } from 'node:path';
import type { SharedConfig } from '#shared/config.ts';
import type { BaseContext } from '#shared/context.ts';
import type { World } from '#shared/demo/world.ts';
import { createVerifier } from '#shared/identity.ts';
import { type Keyring, loadKeyring } from '#shared/keys.ts';
import { createLog } from '#shared/log.ts';
import { type PostgresServer, startEmbeddedPostgres } from '#shared/postgres.ts';
import { databaseName, provision, roleUrl } from '#shared/provision.ts';
import type { LivePubSub } from '#shared/pubsub.ts';
import { createMemoryPubSub } from '#shared/pubsub-memory.ts';
import { createRedisPubSub } from '#shared/pubsub-redis.ts';
import { listen, type OpenSubgraph, openSubgraph, type RunningSubgraph } from '#shared/server.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import { readAccessConfig } from '../subgraphs/access/config.ts';
import { createAccess } from '../subgraphs/access/subgraph.ts';
import { analytics } from '../subgraphs/analytics/subgraph.ts';
import { fleet } from '../subgraphs/fleet/subgraph.ts';
import { pricing } from '../subgraphs/pricing/subgraph.ts';
import { risk } from '../subgraphs/risk/subgraph.ts';
import { shipments } from '../subgraphs/shipments/subgraph.ts';
import { tracking } from '../subgraphs/tracking/subgraph.ts';
import { seedProduct } from './seed-product.ts';

/** All subgraphs of the product in one process, on one database. */
export interface Product {
  readonly keyring: Keyring;
  readonly live: LivePubSub;
  /** Address of each subgraph by name. */
  readonly urls: ReadonlyMap<string, string>;
  readonly subgraphs: readonly RunningSubgraph[];
  /** True when this start wrote the demo data. */
  readonly seeded: boolean;
  close(): Promise<void>;
}

export interface ProductOptions {
  readonly config: SharedConfig;
  readonly host: string;
  /** Name of the database on the server; `freight` when absent. */
  readonly database?: string;
  /** Port of a subgraph by name; 0 = any free one. */
  readonly portOf: (subgraph: string) => number;
  /** The demo world to seed with, as of the moment of the first seed; none in production. */
  readonly world?: (now: Date) => World;
  readonly clock?: () => Date;
}

/** Starts PostgreSQL (unless one is given), provisions and migrates it, seeds it once, and lets every subgraph listen. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { config } = options;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const server = await openServer(config);
    closers.push(() => server.close());
    const keyring = await loadKeyring(config.dataDir);
    const all = await allSubgraphs(keyring);
    await provision(
      server.adminUrl,
      options.database ?? databaseName,
      all.map((subgraph) => subgraph.name),
      config.roleSecret,
    );
    const live = config.redisUrl ? await createRedisPubSub(config.redisUrl) : createMemoryPubSub();
    closers.push(() => live.close());

    const open = await openAll(all, options, server, live, closers);
    const seeded = await seed(open, options, server);
    const verifier = await createVerifier(keyring.identity.publicJwk, 'freight-subgraphs');
    const subgraphs = await Promise.all(
      open.map((one) => listen(one, verifier, { host: options.host, port: options.portOf(one.subgraph.name) })),
    );
    closers.splice(2); // from here on each running subgraph closes what it opened
    closers.push(async () => {
      await Promise.all(subgraphs.map((subgraph) => subgraph.close()));
    });
    return {
      keyring,
      live,
      urls: new Map(subgraphs.map(({ subgraph, url }) => [subgraph.name, url])),
      subgraphs,
      seeded,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function openServer(config: SharedConfig): Promise<PostgresServer> {
  return config.databaseUrl
    ? Promise.resolve({ adminUrl: config.databaseUrl, close: () => Promise.resolve() })
    : startEmbeddedPostgres(join(config.dataDir, 'postgres'));
}

/** Each subgraph has a context of its own type; here they are only started and stopped. */
export async function allSubgraphs(keyring: Keyring): Promise<Subgraph[]> {
  return [
    await createAccess(keyring, readAccessConfig()),
    shipments,
    fleet,
    tracking,
    pricing,
    risk,
    analytics,
  ] as unknown as Subgraph[];
}

async function openAll(
  all: readonly Subgraph[],
  { config, clock, database = databaseName }: ProductOptions,
  server: PostgresServer,
  live: LivePubSub,
  closers: (() => Promise<void>)[],
): Promise<OpenSubgraph<BaseContext>[]> {
  const results = await Promise.allSettled(
    all.map((subgraph) =>
      openSubgraph(subgraph, {
        databaseUrl: roleUrl(server.adminUrl, database, subgraph.name, config.roleSecret),
        live,
        log: createLog(subgraph.name, config.logLevel),
        limits: config.limits,
        ...(clock && { clock }),
      }),
    ),
  );
  const open = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const one of open) closers.push(() => one.close());
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return open;
}

async function seed(
  open: readonly OpenSubgraph<BaseContext>[],
  { config, world, clock = () => new Date(), database = databaseName }: ProductOptions,
  server: PostgresServer,
): Promise<boolean> {
  if (!world) return false;
  const { adminUrl } = server;
  return seedProduct(open, { adminUrl, database, world, moment: () => config.seedNow ?? clock() });
}
