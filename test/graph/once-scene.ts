import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { loadApiKeySecret, loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner, createVerifier, identityTokens } from '#shared/identity/tokens.ts';
import { newId } from '#shared/ids.ts';
import { createMemoryPubSub } from '#shared/live/pubsub-memory.ts';
import { createRedisPubSub } from '#shared/live/pubsub-redis.ts';
import { Health } from '#shared/runtime/health.ts';
import { createLog } from '#shared/runtime/log.ts';
import { listen, openSubgraph } from '#shared/server.ts';
import { cipher, createTestDatabase, fieldSecrets, somebody } from '#shared/test/harness.ts';
import { postText } from '../../client/post.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { readGatewayConfig } from '../../gateway/read-config.ts';
import { startStubSubgraph } from '../../gateway/testing/stub-subgraph.ts';
import { readAccessConfig } from '../../subgraphs/access/config.ts';
import { createAccess } from '../../subgraphs/access/subgraph.ts';
import { givenAccount, givenOrganization } from '../../subgraphs/access/test/access.ts';
import { type Relay, startRelay } from './relay.ts';

export interface OnceScene extends AsyncDisposable {
  /** Addresses of two gateways in this process. */
  readonly urls: readonly [string, string];
  /** The inputs of the mutations that the subgraph of shipments has received. */
  readonly received: Record<string, unknown>[];
  /** What the responses to `send` have cost in points. */
  readonly costs: number[];
  /** Holds the responses of that subgraph back until the returned function is called. */
  hold(): () => void;
  /** Ids of shipments with this number of characters. */
  lengthenIds(length: number): void;
  /** Resolves when the subgraph receives the next mutation. */
  arrival(): Promise<void>;
  /** The error of the next mutation in that subgraph, instead of its result. */
  failNext(error: Error): void;
  /** Sends an operation. @param url default: the first gateway */
  send(body: object, options?: SendOptions): Promise<Answer>;
  /** Between the gateways and the access subgraph. */
  readonly accessRelay: Relay;
  /** Between the gateways and the subgraph of shipments. */
  readonly shipmentsRelay: Relay;
  readonly partner: Identity;
  tokenOf(identity: Identity): string;
  /** A partner of a new organization, who exists in the access subgraph and may create API keys. */
  newPartner(name: string): Promise<Identity>;
  /** A member of staff who exists in the access subgraph. */
  newStaff(role: 'ADMIN' | 'ANALYST'): Promise<Identity>;
  /** Settings of a gateway in a process of its own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Starts another gateway in this process, which a test closes. */
  startGateway(given: Readonly<Record<string, string>>): Promise<{ readonly url: string; close(): Promise<void> }>;
  /** Lets this much time pass for all stored calls. */
  pass(interval: string): Promise<void>;
  storedCalls(): Promise<number>;
  /** Runs the chores of the access subgraph. */
  doChores(): Promise<void>;
  stopAccess(): Promise<void>;
}

export interface SendOptions {
  readonly key?: string;
  readonly as?: Identity | null;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** The response as it was sent, up to its extensions. */
  readonly text: string;
  readonly replayed: boolean;
  /** The header `Retry-After`. */
  readonly retryAfter: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into data of any shape
  readonly json: any;
}

export interface OnceSceneOptions {
  readonly maxIdempotencyKeys?: number;
  /** Connects the gateways and the access subgraph. The gateways then read the snapshot every hour, and when a message says that it has changed. */
  readonly redisUrl?: string;
}

/** The access subgraph on its own database, a subgraph of shipments that only counts, and gateways in front of both. */
export async function startOnceScene({
  maxIdempotencyKeys = 1_000,
  redisUrl,
}: OnceSceneOptions = {}): Promise<OnceScene> {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-once-'));
  const { access: accessKey, identity } = await loadKeyring(dataDir);
  const database = await createTestDatabase();
  const apiKeySecret = await loadApiKeySecret({ given: undefined, dataDir });
  const log = createLog('access', process.env['TEST_LOG_LEVEL'] ?? 'silent');
  const live =
    redisUrl === undefined ? createMemoryPubSub() : await createRedisPubSub(redisUrl, { log, health: new Health() });
  const config = { ...readAccessConfig({}), maxIdempotencyKeys };
  const secrets = {
    apiKeySecret: apiKeySecret,
    fieldKeys: fieldSecrets.fieldKeys,
  };
  const open = await openSubgraph(await createAccess({ access: accessKey }, config, secrets), {
    databaseUrl: database.urlFor('access'),
    live,
    log,
    cipher,
  });
  const access = await listen(open, createVerifier([identity.publicJwk], identityTokens('access')), {
    takesEvents: false,
  });
  const accessRelay = await startRelay(access.url);
  const received: Record<string, unknown>[] = [];
  const arrivals: (() => void)[] = [];
  let gate = Promise.resolve();
  let idLength = 0;
  let failure: Error | undefined;
  const change = async (_parent: unknown, { input }: { input: Record<string, unknown> }) => {
    received.push(input);
    for (const arrived of arrivals.splice(0)) arrived();
    await gate;
    const error = failure;
    failure = undefined;
    if (error) throw error;
    return { shipment: { id: `shipment ${received.length}`.padEnd(idLength, '.') }, userErrors: [] };
  };
  const sdl = readFileSync(new URL('../../subgraphs/shipments/schema.graphql', import.meta.url), 'utf8');
  const shipments = await startStubSubgraph(sdl, {
    Query: { shipments: () => ({ nodes: [] }) },
    Mutation: { bookShipment: change, cancelShipment: change },
  });
  const shipmentsRelay = await startRelay(shipments.url);
  const settings = {
    DATA_DIR: dataDir,
    NODE_ENV: 'test',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
    CLIENT_RATE: '0',
    BATCH_LIMIT: '10',
    DOCUMENT_POLICY_PARTNER: 'free',
    SUBGRAPH_URL_ACCESS: accessRelay.url,
    SUBGRAPH_URL_SHIPMENTS: shipmentsRelay.url,
    ...(redisUrl !== undefined && { REDIS_URL: redisUrl, ACCESS_SNAPSHOT_INTERVAL_MS: '3600000' }),
  };
  const startGateway: OnceScene['startGateway'] = async (given) => {
    const gateway = await createGateway(readGatewayConfig(['--port', '0'], { ...settings, ...given }));
    return { url: await gateway.listen(), close: () => gateway.close() };
  };
  const first = await startGateway({});
  const second = await startGateway({});
  const signer = createSigner(accessKey.privateJwk);
  const tokenOf = (as: Identity): string => signer.sign(as, accessTokens, 600);
  const partner = somebody(['PARTNER'], { tier: 'ENTERPRISE' });
  const costs: number[] = [];
  const em = () => access.services.database.fork();
  return {
    urls: [first.url, second.url],
    received,
    costs,
    accessRelay,
    shipmentsRelay,
    partner,
    tokenOf,
    settings,
    startGateway,
    lengthenIds(length) {
      idLength = length;
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    arrival: () => new Promise((resolve) => arrivals.push(resolve)),
    failNext(error) {
      failure = error;
    },
    async send(body, { key, as = partner, url = first.url, headers, signal } = {}) {
      const sent = {
        accept: 'application/graphql-response+json',
        ...(as && { authorization: `Bearer ${tokenOf(as)}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      };
      const {
        status,
        headers: got,
        text,
      } = await postText(`${url}/graphql`, JSON.stringify(body), {
        headers: sent,
        signal,
      });
      const replayed = got.get('idempotent-replayed') === 'true';
      const retryAfter = got.get('retry-after');
      const { extensions, ...json } = JSON.parse(text);
      costs.push(extensions?.cost?.actualQueryCost ?? 0);
      return { status, text: text.replace(/,"extensions":\{"cost":.*$/s, ''), replayed, retryAfter, json };
    },
    async newPartner(name) {
      const organizationId = await givenOrganization(access, name);
      const accountId = await givenAccount(access, {
        email: `${newId()}@once.test`,
        roles: ['PARTNER'],
        organizationId,
      });
      return somebody(['PARTNER'], { accountId, organizationId, tier: 'STANDARD' });
    },
    async newStaff(role) {
      const accountId = await givenAccount(access, { email: `${newId()}@once.test`, roles: [role] });
      return somebody([role], { accountId });
    },
    async pass(interval) {
      await query(
        em(),
        sql`update idempotent_call
          set created_at = created_at - ${interval}::interval, leased_until = leased_until - ${interval}::interval`,
      );
    },
    async storedCalls() {
      return (await query(em(), sql`select id from idempotent_call`)).length;
    },
    async doChores() {
      for (const chore of access.subgraph.chores ?? []) await chore.run(em(), open.services.log);
    },
    stopAccess: () => access.close(),
    async [Symbol.asyncDispose]() {
      await Promise.all([first.close(), second.close()]);
      await shipmentsRelay[Symbol.asyncDispose]();
      await shipments.close();
      await accessRelay[Symbol.asyncDispose]();
      await access.close();
      await live.close();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
