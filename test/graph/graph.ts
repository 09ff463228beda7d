import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asAdmin } from '#shared/database/provision.ts';
import type { TracingConfig } from '#shared/runtime/tracing/tracing-config.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { createGraphClient } from '../../client/graph-client.ts';
import type { GraphResponse } from '../../client/graph-response.ts';
import { createSession, type Session } from '../../client/session.ts';
import { type Product, productParts, startProduct } from '../../commands/product.ts';
import { type DemoAccount, demoCredentials } from '../../demo/accounts.ts';
import { generateWorld } from '../../demo/generate/generate.ts';
import type { World, WorldSize } from '../../demo/world.ts';
import type { GatewayConfig } from '../../gateway/config.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import type { LocalSubgraph } from '../../gateway/transport/config.ts';
import { roleSecret, templateDatabase } from '../../subgraphs/shared/test/cluster.ts';
import { requireListedCodes } from '../../subgraphs/shared/test/listed-codes.ts';
import { watchQueues } from './settling.ts';

export type { DemoAccount } from '../../demo/accounts.ts';

/** A gateway, and clients of it. */
export interface GatewayClient {
  readonly url: string;
  readonly adminUrl: string;
  /** Sends an operation through the gateway, signed in as this demo account, or without an account. */
  ask<T = Record<string, unknown>>(
    as: DemoAccount | null,
    query: string,
    variables?: object,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphResponse<T>>;
  /** Resolves when the gateway has planned every registered document. */
  whenPrepared(): Promise<void>;
  close(): Promise<void>;
}

/** The whole product behind its gateway, on its own database and ports, seeded with a small world. */
export interface TestGraph extends GatewayClient {
  readonly world: World;
  readonly product: Product;
  tokenOf(account: DemoAccount): Promise<string>;
  /** Another gateway to the same product that can't reach this subgraph. */
  without(subgraph: string): Promise<GatewayClient>;
  /** Another gateway to the same product. */
  another(): Promise<GatewayClient>;
  /** See `hashApiKey`. */
  readonly apiKeySecret: string;
  /** Waits until every domain event has been handled. */
  settle(): Promise<void>;
}

export interface TestGraphOptions {
  readonly size?: Partial<WorldSize>;
  readonly engine?: 'freight' | 'apollo';
  readonly now?: Date;
  /** Milliseconds between two reads of the access snapshot. Default: an hour, so that tests count the same requests each time. */
  readonly snapshotMs?: number;
  /** Default: off. */
  readonly budgetMode?: 'enforce';
  /** Default: no traces. */
  readonly tracing?: TracingConfig;
}

const smallWorld = { shipments: 600, drivers: 30, vehicles: 24, organizations: 10, hubs: 20, openPerStatus: 6 };

let databases = 0;

export async function startTestGraph(options: TestGraphOptions = {}): Promise<TestGraph> {
  const adminUrl = process.env.TEST_POSTGRES_URL ?? '';
  const database = `graph_${process.pid}_${++databases}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-graph-'));
  await asAdmin(adminUrl, undefined, (client) =>
    client.query(`create database ${database} template ${templateDatabase} strategy file_copy`),
  );
  const environment = {
    DATA_DIR: dataDir,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    NODE_ENV: 'test',
    // Tests send more requests than a client may.
    CLIENT_RATE: '0',
    CLIENT_NEW_DOCUMENTS: '0',
    // Tests send texts as partners, too.
    DOCUMENT_POLICY_PARTNER: 'free',
    BUDGET_MODE: options.budgetMode ?? 'off',
    // Its statements would count. Tests of revocation read the snapshot more often.
    ACCESS_SNAPSHOT_INTERVAL_MS: String(options.snapshotMs ?? 3_600_000),
  };
  const demo = { seed: 11, size: { ...smallWorld, ...options.size } };
  const now = options.now ?? new Date();
  const world = generateWorld({ ...demo, now });
  const { tracing } = options;
  const sharedConfig = {
    ...readProductConfig({ ...environment, DATABASE_URL: adminUrl }),
    roleSecret,
    seedNow: now,
    tracing,
  };
  const parts = await productParts(sharedConfig);
  const product = await startProduct({
    config: sharedConfig,
    parts,
    adminUrl,
    host: '127.0.0.1',
    database,
    portOf: () => 0,
    demo,
  });
  await product.seeded;
  const queues = await watchQueues(adminUrl, database);
  const config = { ...readGatewayConfig(['--port', '0'], environment), tracing };
  // Accounts sign in through the first gateway: others may not reach the access subgraph.
  const sessions = new Map<DemoAccount, Session>();
  const sessionOf = (account: DemoAccount): Session => {
    const session = sessions.get(account) ?? createSession(signIn, demoCredentials(account));
    sessions.set(account, session);
    return session;
  };
  const open = (subgraphUrls: Readonly<Record<string, string>>): Promise<GatewayClient> =>
    openGateway({ ...config, engine: options.engine ?? config.engine, subgraphUrls }, product.subgraphs, sessionOf);
  const urls = Object.fromEntries(product.urls);
  const gateway = await open(urls);
  const signIn = createGraphClient({ url: gateway.url, attempts: 1 }).send;

  return {
    ...gateway,
    world,
    product,
    tokenOf: (account) => sessionOf(account).accessToken(),
    another: () => open(urls),
    apiKeySecret: parts.apiKeySecrets[0],
    without: (subgraph) => open({ ...urls, [subgraph]: unusedAddress }),
    settle: () => queues.settle(),
    async close() {
      await gateway.close();
      await product.close();
      await queues.close();
      await asAdmin(adminUrl, undefined, (client) => client.query(`drop database ${database} with (force)`));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

const supergraph = new URL('../../schema/supergraph.graphql', import.meta.url);
const requireListed = requireListedCodes(readFileSync(supergraph, 'utf8'));

/** A port that nothing listens on. */
const unusedAddress = 'http://127.0.0.1:1/graphql';

async function openGateway(
  config: GatewayConfig,
  local: readonly LocalSubgraph[],
  sessionOf: (account: DemoAccount) => Session,
): Promise<GatewayClient> {
  const gateway = await createGateway(config, { local });
  const url = `${await gateway.listen()}/graphql`;
  // Tests check each refusal themselves, and their own timeout is shorter.
  const client = { url, attempts: 1, timeoutMs: 600_000 };
  return {
    url,
    adminUrl: gateway.adminUrl,
    async ask<T>(as: DemoAccount | null, query: string, variables: object = {}, headers = {}) {
      const signedIn = createGraphClient({ ...client, ...(as && { session: sessionOf(as) }) });
      const response = await signedIn.send<T>({ query, variables }, headers);
      requireListed(query, response.data);
      return response;
    },
    whenPrepared: () => gateway.whenPrepared(),
    close: () => gateway.close(),
  };
}
