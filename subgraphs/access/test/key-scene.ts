import { expect } from '@jest/globals';
import type { AccessSnapshot, SnapshotKey } from '#shared/identity/access-snapshot.ts';
import { hashApiKey } from '#shared/identity/api-keys.ts';
import { type AccountIdentity, gatewayItself, type Identity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { createTestDatabase, somebody, type TestDatabase } from '#shared/test/harness.ts';
import {
  type AccessUnderTest,
  apiKeySecret,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  handClock,
  startAccess,
  type UserError,
} from './access.ts';

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly allowedNetworks: readonly string[];
  readonly requireSignature: boolean;
  readonly signingPublicKey: string | null;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly graceUntil: string | null;
  readonly revokedAt: string | null;
  readonly organization: { readonly id: string } | null;
  readonly account: { readonly id: string; readonly active: boolean | null; readonly name: string } | null;
}

export interface Payload {
  readonly apiKey: Key | null;
  readonly key: string | null;
  readonly signingSecret?: string | null;
  readonly userErrors: readonly UserError[];
}

export const fields =
  'id name prefix scopes allowedNetworks requireSignature signingPublicKey expiresAt lastUsedAt graceUntil revokedAt organization { id } account { id active name }';
export const mutations = {
  createApiKey: `mutation($input: CreateApiKeyInput!) { payload: createApiKey(input: $input) { key signingSecret apiKey { ${fields} } userErrors { code field message } } }`,
  rotateApiKey: `mutation($input: RotateApiKeyInput!) { payload: rotateApiKey(input: $input) { key signingSecret apiKey { ${fields} } userErrors { code field message } } }`,
  revokeApiKey: `mutation($input: RevokeApiKeyInput!) { payload: revokeApiKey(input: $input) { apiKey { ${fields} } userErrors { code field message } } }`,
};

export const dayMs = 86_400_000;
export const codes = ({ userErrors }: Payload) => userErrors.map(({ code }) => code);

/** An organization whose partner has API keys, and a partner of another organization. */
export interface KeyScene {
  readonly database: TestDatabase;
  readonly access: AccessUnderTest;
  readonly clock: ReturnType<typeof handClock>;
  readonly admin: AccountIdentity;
  readonly partner: AccountIdentity;
  readonly stranger: AccountIdentity;
  readonly organizationId: string;
  givenPartner(email: string, organizationId: string): Promise<AccountIdentity>;
  /** Each call is a second later than the one before. */
  run(as: Identity, name: keyof typeof mutations, input: object): Promise<Payload>;
  given(as: Identity, input?: object): Promise<{ id: string; text: string; key: Key }>;
  snapshotAfter(after?: string): Promise<AccessSnapshot | null>;
  /** The entry of a text of a key. */
  inSnapshot(text: string): Promise<SnapshotKey | undefined>;
  close(): Promise<void>;
}

export async function startKeyScene(): Promise<KeyScene> {
  const database = await createTestDatabase();
  /** Events are due by the clock of the database, so this clock is never ahead of it. */
  const clock = handClock(new Date(Date.now() - 10 * dayMs));
  const access = await startAccess({ database, clock: clock.now });
  const organizationId = await givenOrganization(access, 'Keys and Sons');

  const givenPartner = async (email: string, organizationId: string): Promise<AccountIdentity> => {
    const accountId = await givenAccount(access, { email, roles: ['PARTNER'], organizationId });
    return somebody(['PARTNER'], { accountId, organizationId });
  };
  const run: KeyScene['run'] = async (as, name, input) => {
    clock.advance(1);
    const keyed = name === 'revokeApiKey' ? input : { idempotencyKey: newId(), ...input };
    const { data, errors } = await access.ask<{ payload: Payload }>(as, mutations[name], { input: keyed });
    expect(errors).toEqual([]);
    return data!.payload;
  };
  const snapshotAfter: KeyScene['snapshotAfter'] = async (after) => {
    const { data, errors } = await access.ask<{ accessSnapshot: string | null }>(
      gatewayItself,
      'query($after: String) { accessSnapshot(after: $after) }',
      { after },
    );
    expect(errors).toEqual([]);
    return data?.accessSnapshot ? JSON.parse(data.accessSnapshot) : null;
  };
  return {
    database,
    access,
    clock,
    organizationId,
    admin: await givenAdministrator(access, 'admin@keys.test'),
    partner: await givenPartner('partner@keys.test', organizationId),
    stranger: await givenPartner('partner@other.test', await givenOrganization(access, 'Others')),
    givenPartner,
    run,
    async given(as, input = {}) {
      const { apiKey, key, userErrors } = await run(as, 'createApiKey', { name: 'ERP', ...input });
      expect(userErrors).toEqual([]);
      return { id: apiKey!.id, text: key!, key: apiKey! };
    },
    snapshotAfter,
    inSnapshot: async (text) =>
      (await snapshotAfter())?.keys?.find(({ hash }) => hash === hashApiKey(text, apiKeySecret)),
    async close() {
      await access.close();
      await database.drop();
    },
  };
}
