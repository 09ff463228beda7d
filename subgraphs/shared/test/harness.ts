import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { GraphResponse } from '../../../client/graph-response.ts';
import { post } from '../../../client/post.ts';
import { asAdmin, roleUrl } from '../database/provision.ts';
import type { StandbySettings } from '../database/standby/standby.ts';
import type { BaseContext } from '../graphql/context.ts';
import { createFieldCipher, type FieldCipher, type FieldSecrets } from '../identity/field-cipher.ts';
import { type Credential, type Identity, identityHeader, scopesOf } from '../identity/identity.ts';
import { createSigner, createVerifier, identityTokens, newKeyPair } from '../identity/tokens.ts';
import { newId } from '../ids.ts';
import type { LivePubSub } from '../live/pubsub.ts';
import { createMemoryPubSub } from '../live/pubsub-memory.ts';
import { createLog, type Log } from '../runtime/log.ts';
import { listen, openSubgraph, type RunningSubgraph } from '../server.ts';
import type { SubgraphLimits } from '../settings/limits.ts';
import type { Subgraph } from '../subgraph.ts';
import type { Role, Tier } from '../vocabulary.ts';
import { roleSecret, templateDatabase } from './cluster.ts';
import { requireListedCodes } from './listed-codes.ts';

/** Creates a database for one test file as a copy of the provisioned template. */
export interface TestDatabase {
  readonly name: string;
  urlFor(subgraph: string): string;
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env['TEST_POSTGRES_URL'];
  if (!adminUrl) throw new Error('TEST_POSTGRES_URL is required; run the tests through `npm test`.');
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, undefined, (client) =>
    client.query(`create database ${name} template ${templateDatabase} strategy file_copy`),
  );
  return {
    name,
    urlFor: (subgraph) => roleUrl(adminUrl, name, subgraph, roleSecret),
    drop: async () => {
      await asAdmin(adminUrl, undefined, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

/** Longer than any test, so that a request that hangs fails under the name of its test. */
const timeoutMs = 600_000;

/** The secrets of personal data in tests. */
export const fieldSecrets: FieldSecrets = {
  fieldKeys: [{ id: 'test', secret: Buffer.alloc(32, 'field key') }],
  blindIndexKeys: ['blind index key of the tests'],
};
export const cipher = createFieldCipher(fieldSecrets);

const keys = await newKeyPair();
const signer = createSigner(keys.privateJwk);

/** The token that the gateway would send to a subgraph for this identity. */
export function identityToken(subgraph: string, as: Identity): string {
  return signer.sign(as, identityTokens(subgraph), 60);
}

const person: Credential = { kind: 'session', needsCode: false };

/** The identity of an account with these roles, in a session unless a credential is given. */
export function somebody(
  roles: readonly Role[],
  given: {
    accountId?: string;
    credential?: Credential;
    organizationId?: string | null;
    driverId?: string | null;
    tier?: Tier;
  } = {},
): Extract<Identity, { kind: 'account' }> {
  const { accountId = newId(), credential = person, organizationId = null, driverId = null } = given;
  const { tier = 'STANDARD' } = given;
  const scopes = scopesOf(roles);
  return { kind: 'account', accountId, credential, organizationId, driverId, roles, scopes, tier };
}

/** A subgraph under test. It listens on a port and has its own database. */
export interface TestSubgraph<C extends BaseContext> extends RunningSubgraph<C> {
  readonly live: LivePubSub;
  /**
   * Sends one operation as the gateway would for this identity, with `headers`.
   * @throws Error if a mutation is refused with a code that its description does not list
   */
  ask<T = Record<string, unknown>>(
    as: Identity,
    query: string,
    variables?: Record<string, unknown>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphResponse<T>>;
}

export interface TestSubgraphOptions {
  readonly database?: TestDatabase;
  readonly clock?: () => Date;
  readonly live?: LivePubSub;
  readonly log?: Log;
  readonly limits?: Partial<SubgraphLimits>;
  readonly standby?: StandbySettings;
  /** With the secrets of personal data; default: those of the tests. */
  readonly cipher?: FieldCipher;
}

/** Starts a subgraph for a test file. Call `close()` in afterAll to stop it and drop its database. */
export async function startTestSubgraph<C extends BaseContext>(
  subgraph: Subgraph<C>,
  options: TestSubgraphOptions = {},
): Promise<TestSubgraph<C>> {
  const database = options.database ?? (await createTestDatabase());
  const live = options.live ?? createMemoryPubSub();
  const log = options.log ?? createLog(subgraph.name, process.env['TEST_LOG_LEVEL'] ?? 'silent');
  const open = await openSubgraph(subgraph, {
    databaseUrl: database.urlFor(subgraph.name),
    live,
    log,
    cipher: options.cipher ?? cipher,
    ...(options.clock && { clock: options.clock }),
    ...(options.limits && { limits: options.limits }),
    ...(options.standby && { standby: options.standby }),
  });
  // Tests handle events with `jobs.drain()`, which resolves when all are handled.
  const verifier = createVerifier([keys.publicJwk], identityTokens(subgraph.name));
  const running = await listen(open, verifier, { takesEvents: false });
  const requireListed = requireListedCodes(readFileSync(subgraph.schema, 'utf8'));
  return {
    ...running,
    live,
    async ask<T>(as: Identity, query: string, variables: Record<string, unknown> = {}, headers = {}) {
      const signed = { [identityHeader]: identityToken(subgraph.name, as), ...headers };
      const response = await post<T>(running.url, JSON.stringify({ query, variables }), { headers: signed, timeoutMs });
      requireListed(query, response.data);
      return response;
    },
    async close() {
      await running.close();
      await live.close();
      if (!options.database) await database.drop();
    },
  };
}
