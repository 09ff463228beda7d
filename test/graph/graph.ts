import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphQLFormattedError } from 'graphql';
import { asAdmin } from '#shared/database/provision.ts';
import { readProductConfig } from '#shared/settings/product-config.ts';
import { type Product, productParts, startProduct } from '../../commands/product.ts';
import { generateWorld } from '../../demo/generate/generate.ts';
import type { World, WorldSize } from '../../demo/world.ts';
import { type GatewayConfig, readGatewayConfig } from '../../gateway/config.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { roleSecret, templateDatabase } from '../../subgraphs/shared/test/cluster.ts';
import { watchQueues } from './settling.ts';

export interface GraphAnswer<T> {
  readonly data: T | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
  readonly status: number;
  readonly headers: Headers;
}

/** A gateway, and how to ask it. */
export interface GatewayDoor {
  readonly url: string;
  readonly adminUrl: string;
  /** Sends an operation through the gateway, signed in as this demo account, or as nobody. */
  ask<T = Record<string, unknown>>(
    as: DemoAccount | null,
    query: string,
    variables?: Record<string, unknown>,
  ): Promise<GraphAnswer<T>>;
  close(): Promise<void>;
}

/** The whole product behind its gateway, on a database and ports of its own, seeded with a small world. */
export interface TestGraph extends GatewayDoor {
  readonly world: World;
  readonly product: Product;
  tokenOf(account: DemoAccount): Promise<string>;
  /** Another gateway to the same product, which finds nothing where this subgraph should be. */
  without(subgraph: string): Promise<GatewayDoor>;
  /** Takes every domain event that waits, until none is left. */
  settle(): Promise<void>;
}

export type DemoAccount = 'admin' | 'dispatcher' | 'driver' | 'customer' | 'partner' | 'analyst';

export interface TestGraphOptions {
  readonly size?: Partial<WorldSize>;
  readonly engine?: 'freight' | 'apollo';
  readonly now?: Date;
}

const smallWorld = { shipments: 600, drivers: 30, vehicles: 24, organizations: 10, hubs: 20, openPerStatus: 6 };

let databases = 0;

export async function startTestGraph(options: TestGraphOptions = {}): Promise<TestGraph> {
  const adminUrl = process.env.TEST_POSTGRES_URL ?? '';
  const database = `graph_${process.pid}_${++databases}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-graph-'));
  await asAdmin(adminUrl, undefined, (client) =>
    client.query(`create database ${database} template ${templateDatabase}`),
  );
  const environment = {
    DATA_DIR: dataDir,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    NODE_ENV: 'test',
    // Tests ask faster than any client may.
    CLIENT_RATE: '0',
    CLIENT_NEW_DOCUMENTS: '0',
  };
  const demo = { seed: 11, size: { ...smallWorld, ...options.size } };
  const now = options.now ?? new Date();
  const world = generateWorld({ ...demo, now });
  const sharedConfig = { ...readProductConfig({ ...environment, DATABASE_URL: adminUrl }), roleSecret, seedNow: now };
  const product = await startProduct({
    config: sharedConfig,
    parts: await productParts(sharedConfig),
    adminUrl,
    host: '127.0.0.1',
    database,
    portOf: () => 0,
    demo,
  });
  await product.seeded;
  const queues = await watchQueues(adminUrl, database);
  const config = readGatewayConfig(['--port', '0'], environment);
  const openDoor = (subgraphUrls: Readonly<Record<string, string>>): Promise<GatewayDoor> =>
    openGateway({ ...config, engine: options.engine ?? config.engine, subgraphUrls }, tokenOf);
  const tokens = new Map<DemoAccount, Promise<string>>();
  const tokenOf = (account: DemoAccount): Promise<string> => {
    const token = tokens.get(account) ?? signIn(door, account);
    tokens.set(account, token);
    return token;
  };
  const urls = Object.fromEntries(product.urls);
  const door = await openDoor(urls);

  return {
    ...door,
    world,
    product,
    tokenOf,
    without: (subgraph) => openDoor({ ...urls, [subgraph]: nobodyThere }),
    settle: () => queues.settle(),
    async close() {
      await door.close();
      await product.close();
      await queues.close();
      await asAdmin(adminUrl, undefined, (client) => client.query(`drop database ${database} with (force)`));
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A port that nothing listens on. */
const nobodyThere = 'http://127.0.0.1:1/graphql';

async function openGateway(
  config: GatewayConfig,
  tokenOf: (account: DemoAccount) => Promise<string>,
): Promise<GatewayDoor> {
  const gateway = await createGateway(config);
  const url = `${await gateway.listen()}/graphql`;
  return {
    url,
    adminUrl: gateway.adminUrl,
    async ask<T>(as: DemoAccount | null, query: string, variables: Record<string, unknown> = {}) {
      const token = as && (await tokenOf(as));
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = (await response.json()) as { data?: T; errors?: GraphQLFormattedError[] };
      return { data, errors, status: response.status, headers: response.headers };
    },
    close: () => gateway.close(),
  };
}

async function signIn(door: GatewayDoor, account: DemoAccount): Promise<string> {
  const query = 'mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }';
  const input = { email: `${account}@demo.test`, password: 'freight-demo' };
  const { data, errors } = await door.ask<{ signIn: { accessToken: string | null } | null }>(null, query, { input });
  if (data?.signIn?.accessToken) return data.signIn.accessToken;
  throw new Error(`signing in as ${account} failed: ${JSON.stringify(errors)}`);
}
