import { refuseDemoData } from '#shared/database/demo-data.ts';
import { databaseName, provision, roleUrl } from '#shared/database/provision.ts';
import { requireOwnRoles } from '#shared/database/require-own-roles.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { createFieldCipher, type FieldSecrets } from '#shared/identity/field-cipher.ts';
import { loadFieldSecrets } from '#shared/identity/field-keys.ts';
import type { SecretList } from '#shared/identity/key-settings.ts';
import { type Keyring, loadApiKeySecrets, loadRoleSecret, loadSigningKey } from '#shared/identity/keys.ts';
import { createTextSealer } from '#shared/identity/sealed-text.ts';
import { createVerifier, identityTokens } from '#shared/identity/tokens.ts';
import { openLive } from '#shared/live/open-live.ts';
import type { LivePubSub } from '#shared/live/pubsub.ts';
import { checkDisk } from '#shared/runtime/disk-check.ts';
import { Health } from '#shared/runtime/health.ts';
import { createLog } from '#shared/runtime/log.ts';
import { listen, type OpenSubgraph, openSubgraph, type RunningSubgraph } from '#shared/server.ts';
import type { ProductConfig } from '#shared/settings/product-config.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { WorldOptions } from '../demo/generate/generate.ts';
import { SeedProcess, type SeedTarget } from '../demo/seeding/seed-in-process.ts';
import { seedProduct } from '../demo/seeding/seed-product.ts';
import { writeDemoFactors } from '../demo/seeds/access/demo-factors.ts';
import { writeDemoKeys } from '../demo/seeds/access/demo-keys.ts';
import { allSubgraphs } from './all-subgraphs.ts';

/** All subgraphs of the product in one process, on one database. */
export interface Product {
  readonly keyring: Keyring;
  readonly live: LivePubSub;
  /** Address of each subgraph by name. */
  readonly urls: ReadonlyMap<string, string>;
  readonly subgraphs: readonly RunningSubgraph[];
  /** Resolves when the demo data is complete, with true when this start wrote it. */
  readonly seeded: Promise<boolean>;
  close(): Promise<void>;
}

/** The parts of the product before they are started. */
export interface ProductParts {
  readonly keyring: Keyring;
  readonly roleSecret: string;
  /** See `hashApiKey`. */
  readonly apiKeySecrets: SecretList;
  readonly fieldSecrets: FieldSecrets;
  readonly all: readonly Subgraph[];
}

export interface ProductOptions {
  readonly config: ProductConfig;
  readonly parts: ProductParts;
  /** PostgreSQL server, with the right to create roles and databases. */
  readonly adminUrl: string;
  readonly host: string;
  /** Name of the database on the server; `freight` when absent. */
  readonly database?: string;
  /** Port of a subgraph by name; 0 = any free one. */
  readonly portOf: (subgraph: string) => number;
  /** When set, a database with demo data is refused with this message. */
  readonly refuseDemoData?: string | undefined;
  /** The demo world to seed with, as of the moment of the first seed; none in production. */
  readonly demo?: Omit<WorldOptions, 'now'>;
  readonly clock?: () => Date;
}

/** Reads keys and settings of the subgraphs. @throws ConfigurationError */
export async function productParts(config: ProductConfig): Promise<ProductParts> {
  const { dataDir, signingKeys } = config;
  const keyring = {
    access: await loadSigningKey('access', { given: signingKeys.access, dataDir }),
    identity: await loadSigningKey('identity', { given: signingKeys.identity, dataDir }),
  };
  const apiKeySecrets = await loadApiKeySecrets({ given: config.apiKeySecrets, dataDir });
  const fieldSecrets = await loadFieldSecrets(config, dataDir);
  const { fieldKeys } = fieldSecrets;
  const all = await allSubgraphs(keyring, { apiKeySecret: apiKeySecrets[0], fieldKeys }, dataDir);
  return { keyring, roleSecret: await loadRoleSecret(config), apiKeySecrets, fieldSecrets, all };
}

/** Provisions and migrates the database, starts to seed an empty one, and starts every subgraph. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { config, adminUrl, host, portOf, database = databaseName } = options;
  const { keyring, roleSecret, all } = options.parts;
  const names = all.map((subgraph) => subgraph.name);
  await requireOwnRoles(config, names, roleSecret);
  await provision(adminUrl, database, names, roleSecret);

  await using resources = new AsyncDisposableStack();
  const health = new Health();
  if (config.databaseUrl === undefined) checkDisk(health, config.dataDir);
  const live = await openLive(config, { log: createLog('live', config.logLevel), health });
  resources.defer(() => live.close());
  const opening = openAll(all, options, live, health);
  resources.defer(() => opening.then(closeAll, () => undefined));
  const closing = new AbortController();
  const seeded = seed(opening, options, closing.signal);
  const seedingEnd = seeded.catch(() => undefined);
  resources.defer(async () => {
    closing.abort();
    await seedingEnd;
  });
  const open = await opening;
  const mend = options.refuseDemoData;
  if (mend) await Promise.all(open.map(({ services }) => refuseDemoData(services.database, mend)));
  const subgraphs = await settleAll(
    open.map(async (one) => {
      const { name } = one.subgraph;
      const verifier = createVerifier([keyring.identity.publicJwk], identityTokens(name));
      return listen(one, verifier, { host, port: portOf(name) });
    }),
  );
  resources.defer(() => closeAll(subgraphs));

  const running = resources.move();
  return {
    keyring,
    live,
    urls: new Map(subgraphs.map(({ subgraph, url }) => [subgraph.name, url])),
    subgraphs,
    seeded,
    close: () => running.disposeAsync(),
  };
}

function openAll(
  all: readonly Subgraph[],
  { config, parts, adminUrl, clock, database = databaseName }: ProductOptions,
  live: LivePubSub,
  processHealth: Health,
): Promise<OpenSubgraph<BaseContext>[]> {
  const cipher = createFieldCipher(parts.fieldSecrets);
  const opening = all.map((subgraph) =>
    openSubgraph(subgraph, {
      databaseUrl: roleUrl(adminUrl, database, subgraph.name, parts.roleSecret),
      live,
      log: createLog(subgraph.name, config.logLevel),
      limits: config.limits,
      processHealth,
      cipher,
      tracing: config.tracing,
      ...(clock && { clock }),
    }),
  );
  return settleAll(opening);
}

interface Closable {
  close(): Promise<void>;
}

/** Waits for all. When one fails, closes those that succeeded. */
async function settleAll<T extends Closable>(all: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(all);
  const done = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return done;
  await closeAll(done);
  throw failed.reason;
}

async function closeAll(all: readonly Closable[]): Promise<void> {
  await Promise.all(all.map((one) => one.close()));
}

async function seed(
  opening: Promise<readonly OpenSubgraph<BaseContext>[]>,
  {
    config,
    parts: { roleSecret, apiKeySecrets, fieldSecrets },
    adminUrl,
    demo,
    clock = () => new Date(),
    database = databaseName,
  }: ProductOptions,
  signal: AbortSignal,
): Promise<boolean> {
  if (!demo) return false;
  const target = ({ subgraph: { name } }: OpenSubgraph<BaseContext>): SeedTarget => ({
    subgraph: name,
    url: roleUrl(adminUrl, database, name, roleSecret),
  });
  const seeded = await seedProduct(opening, {
    adminUrl,
    database,
    seed: demo.seed,
    moment: () => config.seedNow ?? clock(),
    prepare(now) {
      const process = new SeedProcess({ ...demo, now }, signal);
      return {
        write: (missing) => process.write(missing.map(target), fieldSecrets),
        [Symbol.asyncDispose]: () => process[Symbol.asyncDispose](),
      };
    },
  });
  const access = (await opening).find(({ subgraph: { name } }) => name === 'access');
  if (access) await writeDemoKeys(access.services, apiKeySecrets[0]);
  if (access && config.demoSecondFactor)
    await writeDemoFactors(access.services, createTextSealer(fieldSecrets.fieldKeys), apiKeySecrets[0]);
  return seeded;
}
