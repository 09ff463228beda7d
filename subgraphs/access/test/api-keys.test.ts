import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asAdmin } from '#shared/database/provision.ts';
import { type AccessSnapshot, accessChangedTopic, changesAfter } from '#shared/identity/access-snapshot.ts';
import { hashApiKey, isApiKey } from '#shared/identity/api-keys.ts';
import { anonymous, gatewayItself, type Identity, scopesOfKeys } from '#shared/identity/identity.ts';
import { signingSecret as signingSecretOf } from '#shared/identity/request-signing.ts';
import { newId } from '#shared/ids.ts';
import { openSubgraph } from '#shared/server.ts';
import { createTestDatabase, somebody, type TestDatabase } from '#shared/test/harness.ts';
import { sampleSubgraph } from '#shared/test/sample.ts';
import {
  type AccessUnderTest,
  apiKeySecret,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  handClock,
  password,
  startAccess,
  type UserError,
} from './access.ts';

interface Key {
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
/** An input as part of a document; names of enum values are written in capitals. */
function inline(input: object): string {
  return JSON.stringify(input)
    .replace(/"(\w+)":/g, '$1: ')
    .replace(/"([A-Z]+)"/g, '$1');
}

interface Payload {
  readonly apiKey: Key | null;
  readonly key: string | null;
  readonly signingSecret?: string | null;
  readonly userErrors: readonly UserError[];
}

const fields =
  'id name prefix scopes allowedNetworks requireSignature signingPublicKey expiresAt lastUsedAt graceUntil revokedAt organization { id } account { id active name }';
const mutations = {
  createApiKey: `mutation($input: CreateApiKeyInput!) { payload: createApiKey(input: $input) { key signingSecret apiKey { ${fields} } userErrors { code field message } } }`,
  rotateApiKey: `mutation($input: RotateApiKeyInput!) { payload: rotateApiKey(input: $input) { key signingSecret apiKey { ${fields} } userErrors { code field message } } }`,
  revokeApiKey: `mutation($input: RevokeApiKeyInput!) { payload: revokeApiKey(input: $input) { apiKey { ${fields} } userErrors { code field message } } }`,
};

const dayMs = 86_400_000;
/** Events are due by the clock of the database, so this clock is never ahead of it. */
const clock = handClock(new Date(Date.now() - 10 * dayMs));
let database: TestDatabase;
let access: AccessUnderTest;
let admin: Identity;
let partner: ReturnType<typeof somebody>;
let stranger: ReturnType<typeof somebody>;
let organizationId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  access = await startAccess({ database, clock: clock.now });
  admin = await givenAdministrator(access, 'admin@keys.test');
  organizationId = await givenOrganization(access, 'Keys and Sons');
  partner = await givenPartner('partner@keys.test', organizationId);
  stranger = await givenPartner('partner@other.test', await givenOrganization(access, 'Others'));
});
afterAll(async () => {
  await access.close();
  await database.drop();
});

async function givenPartner(email: string, organizationId: string) {
  const accountId = await givenAccount(access, { email, roles: ['PARTNER'], organizationId });
  return somebody(['PARTNER'], { accountId, organizationId });
}

/** Each call is a second later than the one before. */
async function run(as: Identity, name: keyof typeof mutations, input: object): Promise<Payload> {
  clock.advance(1);
  const keyed = name === 'revokeApiKey' ? input : { idempotencyKey: newId(), ...input };
  const { data, errors } = await access.ask<{ payload: Payload }>(as, mutations[name], { input: keyed });
  expect(errors).toEqual([]);
  return data!.payload;
}

async function given(as: Identity, input: object = {}): Promise<{ id: string; text: string; key: Key }> {
  const { apiKey, key, userErrors } = await run(as, 'createApiKey', { name: 'ERP', ...input });
  expect(userErrors).toEqual([]);
  return { id: apiKey!.id, text: key!, key: apiKey! };
}

const codes = ({ userErrors }: Payload) => userErrors.map(({ code }) => code);

async function snapshotAfter(after?: string): Promise<AccessSnapshot | null> {
  const { data, errors } = await access.ask<{ accessSnapshot: string | null }>(
    gatewayItself,
    'query($after: String) { accessSnapshot(after: $after) }',
    { after },
  );
  expect(errors).toEqual([]);
  return data?.accessSnapshot ? JSON.parse(data.accessSnapshot) : null;
}

const inSnapshot = async (text: string) =>
  (await snapshotAfter())?.keys?.find(({ hash }) => hash === hashApiKey(text, apiKeySecret));

describe('createApiKey', () => {
  test('gives a partner a key of its organization, whose text is shown once and not stored', async () => {
    const { text, key } = await given(partner, { name: 'ERP', allowedNetworks: ['10.0.0.0/8'] });
    expect(isApiKey(text)).toBe(true);
    expect(key).toMatchObject({
      name: 'ERP',
      prefix: text.slice(0, 13),
      scopes: scopesOfKeys,
      allowedNetworks: ['10.0.0.0/8'],
      organization: { id: organizationId },
      account: { name: 'API key: ERP', active: true },
      lastUsedAt: null,
      revokedAt: null,
    });
    const rows = await access.services.database.fork().getConnection().execute('select * from api_key');
    expect(JSON.stringify(rows)).not.toContain(text);
    expect(await inSnapshot(text)).toEqual({
      hash: hashApiKey(text, apiKeySecret),
      id: key.id,
      accountId: key.account!.id,
      organizationId,
      tier: 'STANDARD',
      roles: ['PARTNER'],
      scopes: scopesOfKeys,
      networks: ['10.0.0.0/8'],
      endsAt: null,
      requireSignature: false,
      signingKey: null,
    });
  });

  test('with the same idempotency key returns the same key without its text', async () => {
    const input = { name: 'Twice', idempotencyKey: newId() };
    const first = await run(partner, 'createApiKey', input);
    const second = await run(partner, 'createApiKey', input);
    expect([second.apiKey?.id, second.key]).toEqual([first.apiKey?.id, null]);
    expect(codes(await run(partner, 'createApiKey', { ...input, name: 'Other' }))).toEqual(['IDEMPOTENCY_KEY_REUSED']);
  });

  test('lets an administrator choose the organization, and a partner only its own', async () => {
    expect((await given(admin, { organizationId })).key.organization).toEqual({ id: organizationId });
    expect(codes(await run(admin, 'createApiKey', { name: 'ERP' }))).toEqual(['ORGANIZATION_REQUIRED']);
    expect(codes(await run(admin, 'createApiKey', { name: 'ERP', organizationId: newId() }))).toEqual(['NOT_FOUND']);
    expect(codes(await run(stranger, 'createApiKey', { name: 'ERP', organizationId }))).toEqual([
      'FORBIDDEN_ORGANIZATION',
    ]);
  });

  test('narrows the scopes, and refuses those that a key may not hold', async () => {
    expect((await given(partner, { scopes: ['tracking:read'] })).key.scopes).toEqual(['tracking:read']);
    for (const scope of ['access:keys', 'access:write', 'fleet:read', 'nonsense']) {
      expect(codes(await run(partner, 'createApiKey', { name: 'ERP', scopes: [scope] }))).toEqual(['INVALID_INPUT']);
    }
  });

  test.each([
    ['a name without letters', { name: '  ' }, 'INVALID_INPUT'],
    ['a network that is none', { allowedNetworks: ['10.0.0.0/99'] }, 'INVALID_INPUT'],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00.000Z' }, 'INVALID_TIME'],
    ['an expiry in a century', { expiresAt: '2126-01-01T00:00:00.000Z' }, 'INVALID_TIME'],
  ])('refuses %s', async (_what, input, code) => {
    expect(codes(await run(partner, 'createApiKey', { name: 'ERP', ...input }))).toEqual([code]);
  });

  test('refuses the 101st key of an organization until one is revoked', async () => {
    const busy = await givenPartner('busy@keys.test', await givenOrganization(access, 'Busy Programs'));
    const { id } = await given(busy);
    for (let count = 1; count < 100; count++) await given(busy);
    expect(codes(await run(busy, 'createApiKey', { name: 'ERP' }))).toEqual(['INVALID_STATE']);
    await run(busy, 'revokeApiKey', { apiKeyId: id });
    await given(busy);
  });

  test('reads the account of its caller: a closed one makes no key with the token that it still has', async () => {
    const closed = await givenPartner('closed@keys.test', organizationId);
    await access.ask(
      admin,
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      { input: { accountId: closed.accountId, expectedVersion: 1 } },
    );
    const { errors } = await access.ask(closed, mutations.createApiKey, {
      input: { idempotencyKey: newId(), name: 'ERP' },
    });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('gives a sandbox organization test keys', async () => {
    const { data } = await access.ask<{ payload: { organization: { id: string; sandbox: boolean } } }>(
      admin,
      'mutation($input: CreateOrganizationInput!) { payload: createOrganization(input: $input) { organization { id sandbox } } }',
      { input: { idempotencyKey: newId(), name: 'Try it out', sandbox: true } },
    );
    const { id, sandbox } = data!.payload.organization;
    const { text, id: apiKeyId } = await given(admin, { organizationId: id });
    expect([sandbox, text.slice(0, 9)]).toEqual([true, 'ifk_test_']);
    expect((await run(admin, 'rotateApiKey', { apiKeyId })).key).toMatch(/^ifk_test_/);
  });

  test.each<[string, Identity]>([
    ['an anonymous caller', anonymous],
    ['a customer', somebody(['CUSTOMER'], { organizationId: newId() })],
    ['a dispatcher', somebody(['DISPATCHER'])],
    [
      'an API key',
      {
        ...somebody(['PARTNER'], { credential: { kind: 'apiKey', id: newId() }, organizationId: newId() }),
        scopes: scopesOfKeys,
      },
    ],
    ['a gateway', gatewayItself],
  ])('is refused for %s', async (_who, as) => {
    const { errors } = await access.ask(as, mutations.createApiKey, {
      input: { idempotencyKey: newId(), name: 'ERP' },
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([
      as.kind === 'account' ? 'FORBIDDEN' : 'UNAUTHENTICATED',
    ]);
  });
});

test('a partner lists the keys of its organization, and others see none of them', async () => {
  const { id, key } = await given(partner, { name: 'Listed' });
  const list = (as: Identity) =>
    access.ask<{ organization: { apiKeys: { nodes: { name: string }[]; totalCount: number } } | null }>(
      as,
      'query($id: ID!) { organization(id: $id) { apiKeys(first: 1) { nodes { name } totalCount } } }',
      { id: organizationId },
    );
  const one = async (as: Identity) =>
    (await access.ask<{ apiKey: Key | null }>(as, `query($id: ID!) { apiKey(id: $id) { ${fields} } }`, { id })).data
      ?.apiKey;
  const { data } = await list(partner);
  expect(data?.organization?.apiKeys.nodes).toEqual([{ name: 'Listed' }]);
  expect(data?.organization?.apiKeys.totalCount).toBeGreaterThan(1);
  expect(await one(partner)).toEqual(key);
  expect(await one(admin)).toEqual(key);
  expect(await one(stranger)).toBeNull();
  const asCustomer = await list(somebody(['CUSTOMER'], { organizationId }));
  expect(asCustomer.data).toEqual({ organization: { apiKeys: null } });
  expect(asCustomer.errors[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await list(stranger)).data).toEqual({ organization: null });
});

describe('rotateApiKey', () => {
  test('gives a new text, and the old one stays valid for the grace period', async () => {
    const { id, text } = await given(partner);
    const { apiKey, key } = await run(partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 60 });
    const graceUntil = new Date(clock.now().getTime() + 60_000);
    expect(apiKey).toMatchObject({ id, prefix: key?.slice(0, 13), graceUntil: graceUntil.toISOString() });
    expect([(await inSnapshot(text))?.endsAt, (await inSnapshot(key!))?.endsAt]).toEqual([graceUntil.getTime(), null]);
    clock.advance(61);
    expect([await inSnapshot(text), (await inSnapshot(key!))?.id]).toEqual([undefined, id]);
  });

  test('without a grace period ends the old text at once', async () => {
    const { id, text } = await given(partner);
    const { key } = await run(partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 0 });
    expect([await inSnapshot(text), (await inSnapshot(key!))?.id]).toEqual([undefined, id]);
  });

  test('is refused for a key of others, a revoked key, and a grace period of more than seven days', async () => {
    const { id } = await given(partner);
    expect(codes(await run(stranger, 'rotateApiKey', { apiKeyId: id }))).toEqual(['NOT_FOUND']);
    expect(codes(await run(partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 604_801 }))).toEqual([
      'INVALID_INPUT',
    ]);
    await run(partner, 'revokeApiKey', { apiKeyId: id });
    expect(codes(await run(partner, 'rotateApiKey', { apiKeyId: id }))).toEqual(['INVALID_STATE']);
  });
});

describe('a key that requires signatures', () => {
  const keyPair = () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return { pem, base64: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url').toString('base64') };
  };

  test('has a public key, given as PEM or as base64', async () => {
    const { pem, base64 } = keyPair();
    for (const signingPublicKey of [pem, base64, base64.replace('=', '')]) {
      const { text, key } = await given(partner, { requireSignature: true, signingPublicKey });
      expect(key).toMatchObject({ requireSignature: true, signingPublicKey: base64 });
      expect(await inSnapshot(text)).toMatchObject({ requireSignature: true, signingKey: base64 });
    }
  });

  test('or else a secret, which is shown once with the text and stored nowhere', async () => {
    const { key, signingSecret, apiKey } = await run(partner, 'createApiKey', { name: 'ERP', requireSignature: true });
    expect(signingSecret).toBe(signingSecretOf(hashApiKey(key!, apiKeySecret), apiKeySecret));
    expect(apiKey).toMatchObject({ requireSignature: true, signingPublicKey: null });
    const rows = await access.services.database.fork().getConnection().execute('select * from api_key');
    expect(JSON.stringify(rows)).not.toContain(signingSecret);
    expect((await run(partner, 'createApiKey', { name: 'ERP' })).signingSecret).toBeNull();
  });

  test('gets new ones when it is rotated, and the old text keeps its own for the grace period', async () => {
    const [first, second] = [keyPair(), keyPair()];
    const { id, text } = await given(partner, { requireSignature: true, signingPublicKey: first.pem });
    const { key } = await run(partner, 'rotateApiKey', { apiKeyId: id, signingPublicKey: second.pem });
    expect([(await inSnapshot(text))?.signingKey, (await inSnapshot(key!))?.signingKey]).toEqual([
      first.base64,
      second.base64,
    ]);
    const kept = await run(partner, 'rotateApiKey', { apiKeyId: id });
    expect(kept.apiKey).toMatchObject({ requireSignature: true, signingPublicKey: second.base64 });
    expect(kept.signingSecret).toBeNull();
    const withSecret = await run(partner, 'rotateApiKey', { apiKeyId: id, signingPublicKey: null });
    expect(withSecret.signingSecret).toMatch(/^ifs_/);
    const relaxed = await run(partner, 'rotateApiKey', { apiKeyId: id, requireSignature: false });
    expect(relaxed.apiKey).toMatchObject({ requireSignature: false });
    expect(relaxed.signingSecret).toBeNull();
  });

  test.each<[string, string]>([
    [
      'a key for another algorithm',
      generateKeyPairSync('x25519').publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ],
    ['a private key', generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['a text of another length', Buffer.alloc(31).toString('base64')],
    ['broken PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
  ])('is refused with %s as its public key', async (_what, signingPublicKey) => {
    const { userErrors } = await run(partner, 'createApiKey', { name: 'ERP', signingPublicKey });
    expect(userErrors).toMatchObject([
      { code: 'INVALID_INPUT', field: ['signingPublicKey'], message: expect.stringContaining('Ed25519 public key') },
    ]);
  });
});

describe('revokeApiKey', () => {
  test('ends every text of a key and its machine account, and may be repeated', async () => {
    const { id, text } = await given(partner);
    const { key } = await run(partner, 'rotateApiKey', { apiKeyId: id });
    const first = await run(partner, 'revokeApiKey', { apiKeyId: id });
    expect(first.apiKey).toMatchObject({ id, revokedAt: clock.now().toISOString(), account: { active: false } });
    expect([await inSnapshot(text), await inSnapshot(key!)]).toEqual([undefined, undefined]);
    clock.advance(1);
    expect((await run(partner, 'revokeApiKey', { apiKeyId: id })).apiKey?.revokedAt).toBe(first.apiKey?.revokedAt);
    expect(codes(await run(stranger, 'revokeApiKey', { apiKeyId: id }))).toEqual(['NOT_FOUND']);
  });

  test('closing the machine account ends the key, too', async () => {
    const { text, key } = await given(partner);
    await access.ask(
      admin,
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      {
        input: { accountId: key.account!.id, expectedVersion: 1 },
      },
    );
    expect(await inSnapshot(text)).toBeUndefined();
  });
});

test('the audit names actor and key of each change', async () => {
  const { id } = await given(partner, { name: 'Audited' });
  await run(partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 0 });
  await run(admin, 'revokeApiKey', { apiKeyId: id });
  const { data } = await access.ask<{ auditEntries: { nodes: object[] } }>(
    admin,
    'query($id: ID!) { auditEntries(filter: { targetId: $id }) { nodes { action actor { id } target { ... on ApiKey { id name } } } } }',
    { id },
  );
  const target = { id, name: 'Audited' };
  expect(data?.auditEntries.nodes).toEqual([
    { action: 'API_KEY_REVOKED', actor: { id: admin.kind === 'account' && admin.accountId }, target },
    { action: 'API_KEY_ROTATED', actor: { id: partner.accountId }, target },
    { action: 'API_KEY_CREATED', actor: { id: partner.accountId }, target },
  ]);
});

describe('a key that expires', () => {
  test('leaves the snapshot, and cannot be rotated afterwards', async () => {
    const expiresAt = new Date(Date.now() + dayMs).toISOString();
    const { id, text } = await given(partner, { expiresAt });
    expect((await inSnapshot(text))?.endsAt).toBe(Date.parse(expiresAt));
    const late = handClock(new Date(Date.now() + 2 * dayMs));
    const later = await startAccess({ database, clock: late.now });
    try {
      const { data } = await later.ask<{ accessSnapshot: string }>(gatewayItself, '{ accessSnapshot }');
      const hash = hashApiKey(text, apiKeySecret);
      const { keys, endedKeys }: AccessSnapshot = JSON.parse(data!.accessSnapshot);
      expect(keys?.map((key) => key.hash)).not.toContain(hash);
      expect(endedKeys).toContainEqual({ hash, id, reason: 'expired' });
      const rotated = await later.ask<{ payload: Payload }>(partner, mutations.rotateApiKey, {
        input: { idempotencyKey: newId(), apiKeyId: id },
      });
      expect(codes(rotated.data!.payload)).toEqual(['INVALID_STATE']);
    } finally {
      await later.close();
    }
  });

  test('is announced seven days and one day before, unless it was revoked or got another expiry', async () => {
    await access.services.jobs.drain(); // reminders of other tests
    const heard: unknown[] = [];
    const neighbour = await openSubgraph(
      sampleSubgraph('risk', { 'apiKey.expiring': async (_transaction, payload) => void heard.push(payload) }),
      { databaseUrl: database.urlFor('risk'), live: access.live, log: access.services.log },
    );
    try {
      // By the clock of the database, the reminder of seven days is due.
      const expiresAt = new Date(Date.now() + 6 * dayMs).toISOString();
      const { id } = await given(partner, { name: 'Expiring', expiresAt });
      const revoked = await given(partner, { expiresAt });
      await run(partner, 'revokeApiKey', { apiKeyId: revoked.id });
      const prolonged = await given(partner, { expiresAt });
      await run(partner, 'rotateApiKey', { apiKeyId: prolonged.id, expiresAt: null });
      expect(await waitingReminders(id)).toEqual([
        [7, new Date(Date.parse(expiresAt) - 7 * dayMs).toISOString()],
        [1, new Date(Date.parse(expiresAt) - dayMs).toISOString()],
      ]);
      const mailsBefore = await waitingMails();
      await access.services.jobs.drain();
      expect(await waitingMails()).toBe(mailsBefore + 1); // to the partner of the organization
      await neighbour.services.jobs.drain();
      expect(heard).toEqual([{ apiKeyId: id, organizationId, name: 'Expiring', days: 7, expiresAt }]);
      expect(await waitingReminders(id)).toEqual([[1, new Date(Date.parse(expiresAt) - dayMs).toISOString()]]);
    } finally {
      await neighbour.close();
    }
  });
});

async function waitingMails(): Promise<number> {
  const [row] = await access.services.database.fork().execute('select count(*)::int as mails from outgoing_mail');
  return Number(row?.['mails']);
}

/** Days and due times of the reminders of a key that are not yet handled. */
async function waitingReminders(apiKeyId: string): Promise<[number, string][]> {
  return asAdmin(process.env['TEST_POSTGRES_URL'] ?? '', database.name, async (client) => {
    const { rows } = await client.query<{ due: Date; days: number }>(
      `select start_after as due, (data->'payload'->>'days')::int as days from jobs.job
        where state < 'active' and data->>'name' = 'apiKey.reminderDue' and data->'payload'->>'apiKeyId' = $1
        order by start_after`,
      [apiKeyId],
    );
    return rows.map(({ due, days }) => [days, due.toISOString()]);
  });
}

test('gateways report when keys were last used, and an older report changes nothing', async () => {
  const { id } = await given(partner);
  const report = (at: string) =>
    access.ask(
      gatewayItself,
      'mutation($input: RecordApiKeyUsesInput!) { recordApiKeyUses(input: $input) { userErrors { code } } }',
      {
        input: {
          uses: [
            { apiKeyId: id, at },
            { apiKeyId: newId(), at },
            { apiKeyId: 'nonsense', at },
          ],
        },
      },
    );
  expect((await report('2026-11-28T12:00:00.000Z')).data).toEqual({ recordApiKeyUses: { userErrors: [] } });
  await report('2026-11-28T11:00:00.000Z');
  const { data } = await access.ask<{ apiKey: Key }>(partner, `query($id: ID!) { apiKey(id: $id) { ${fields} } }`, {
    id,
  });
  expect(data?.apiKey.lastUsedAt).toBe('2026-11-28T12:00:00.000Z');
});

describe('the access snapshot', () => {
  test('is for gateways only', async () => {
    for (const as of [anonymous, admin, partner]) {
      const { errors } = await access.ask(as, '{ accessSnapshot }');
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('is null if nothing has changed, and contains only the parts that have', async () => {
    const first = await snapshotAfter();
    expect(await snapshotAfter(first?.version)).toBeNull();
    await given(partner);
    const second = await snapshotAfter(first?.version);
    expect([second?.keys === null, second?.revocations]).toEqual([false, null]);
  });

  test('contains only the keys that have changed, if a gateway knows the others', async () => {
    const [kept, revoked, rotated] = [await given(partner), await given(partner), await given(partner)];
    const { version } = (await snapshotAfter())!;
    const created = await given(partner);
    await run(partner, 'revokeApiKey', { apiKeyId: revoked.id });
    const { key: newText } = await run(partner, 'rotateApiKey', { apiKeyId: rotated.id });
    const changed = (await snapshotAfter(changesAfter(version)))!;
    expect(changed.keys).toBeNull();
    expect(new Set(changed.changedKeys?.ids)).toEqual(new Set([created.id, revoked.id, rotated.id]));
    const hashOf = (text: string) => hashApiKey(text, apiKeySecret);
    expect(new Set(changed.changedKeys?.keys.map(({ hash }) => hash))).toEqual(
      new Set([created.text, rotated.text, newText!].map(hashOf)),
    );
    expect(changed.endedKeys).toEqual([{ hash: hashOf(revoked.text), id: revoked.id, reason: 'revoked' }]);
    expect(await snapshotAfter(changesAfter(changed.version))).toBeNull();
    // A gateway of an earlier release, and one with a version of another database, get all keys.
    for (const after of [version, changesAfter('1.1.1'), changesAfter('9999999999999999.1.1'), changesAfter('x.1.1')]) {
      const whole = await snapshotAfter(after);
      expect(whole?.keys?.map(({ hash }) => hash)).toEqual(
        expect.arrayContaining([kept.text, created.text].map(hashOf)),
      );
    }
  });

  test('has changed keys if their account is closed or their organization gets another tier', async () => {
    const id = await givenOrganization(access, 'Changing');
    const { key, id: apiKeyId } = await given(admin, { organizationId: id });
    const { version } = (await snapshotAfter())!;
    const ask = (mutation: string, input: object) =>
      access.ask(admin, `mutation { payload: ${mutation}(input: ${inline(input)}) { userErrors { code } } }`);
    await ask('changeOrganizationTier', { organizationId: id, tier: 'PREMIUM', expectedVersion: 1 });
    const promoted = (await snapshotAfter(changesAfter(version)))!;
    expect(promoted.changedKeys?.keys).toMatchObject([{ id: apiKeyId, tier: 'PREMIUM' }]);
    await ask('deactivateAccount', { accountId: key.account!.id, expectedVersion: 1 });
    const closed = (await snapshotAfter(changesAfter(promoted.version)))!;
    expect(closed.changedKeys).toEqual({ ids: [apiKeyId], keys: [] });
  });

  test('is announced to gateways whenever it has changed', async () => {
    const messages = await access.live.subscribe([accessChangedTopic], { latest: { keys: 1, keyOf: () => '' } });
    const announced = async (change: () => Promise<unknown>) => {
      const before = (await snapshotAfter())!.version;
      await change();
      expect(await snapshotAfter(before)).not.toBeNull();
      expect((await messages.next()).done).toBe(false);
    };
    const email = 'announced@keys.test';
    const accountId = await givenAccount(access, { email, roles: ['DISPATCHER', 'ANALYST'] });
    const own = somebody(['DISPATCHER', 'ANALYST'], { accountId });
    const id = await givenOrganization(access, 'Announced');
    const ask = (as: Identity, mutation: string, input: object) =>
      access.ask(as, `mutation { payload: ${mutation}(input: ${inline(input)}) { userErrors { code } } }`);
    const signIn = async () => {
      const session = `mutation { signIn(input: { email: "${email}", password: "${password}" }) { refreshToken } }`;
      return (await access.ask<{ signIn: { refreshToken: string } }>(anonymous, session)).data!.signIn.refreshToken;
    };
    const apiKeyId = { current: '' };
    await announced(async () => {
      apiKeyId.current = (await given(partner)).id;
    });
    await announced(() => run(partner, 'rotateApiKey', { apiKeyId: apiKeyId.current }));
    await announced(() => run(partner, 'revokeApiKey', { apiKeyId: apiKeyId.current }));
    const signedOut = await signIn();
    await announced(() => ask(anonymous, 'signOut', { refreshToken: signedOut }));
    const used = await signIn();
    await ask(anonymous, 'refreshSession', { refreshToken: used });
    await announced(() => ask(anonymous, 'refreshSession', { refreshToken: used })); // a copied token ends the session
    await signIn();
    await announced(() => ask(own, 'endSessions', {}));
    await signIn();
    const newPassword = 'another battery of horses';
    await announced(() => ask(own, 'changePassword', { currentPassword: password, newPassword }));
    await announced(() => ask(admin, 'changeAccountRoles', { accountId, roles: ['ANALYST'], expectedVersion: 1 }));
    await announced(() => ask(admin, 'deactivateAccount', { accountId, expectedVersion: 2 }));
    await announced(() =>
      ask(admin, 'changeOrganizationTier', { organizationId: id, tier: 'FREE', expectedVersion: 1 }),
    );
    await messages.return();
  });

  test('names closed accounts, lost roles, ended sessions and new tiers', async () => {
    const { version } = (await snapshotAfter())!;
    const accountId = await givenAccount(access, { email: 'leaving@keys.test', roles: ['DISPATCHER', 'ANALYST'] });
    const ask = (query: string, input: object) => access.ask(admin, query, { input });
    await ask(
      'mutation($input: ChangeAccountRolesInput!) { changeAccountRoles(input: $input) { userErrors { code } } }',
      {
        accountId,
        roles: ['ANALYST'],
        expectedVersion: 1,
      },
    );
    const account = { id: accountId, roles: ['ANALYST'], driverId: null };
    expect((await snapshotAfter(version))?.revocations?.accounts).toContainEqual({ ...account, closed: false });
    await ask(
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      {
        accountId,
        expectedVersion: 2,
      },
    );
    expect((await snapshotAfter(version))?.revocations?.accounts).toContainEqual({ ...account, closed: true });
    await ask(
      'mutation($input: ChangeOrganizationTierInput!) { changeOrganizationTier(input: $input) { userErrors { code } } }',
      {
        organizationId,
        tier: 'ENTERPRISE',
        expectedVersion: 1,
      },
    );
    const changed = await snapshotAfter(version);
    expect(changed?.revocations?.organizations).toContainEqual({ id: organizationId, tier: 'ENTERPRISE' });
    expect(changed?.keys?.[0]?.tier).toBeDefined();
  });

  test('a session that has ended stays in the snapshot when its account signs in again', async () => {
    const signIn = async () => {
      const { data } = await access.ask<{ signIn: { refreshToken: string } }>(
        anonymous,
        'mutation { signIn(input: { email: "partner@keys.test", password: "correct horse battery" }) { refreshToken } }',
      );
      return data!.signIn.refreshToken;
    };
    const refreshToken = await signIn();
    await access.ask(anonymous, 'mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }', {
      input: { refreshToken },
    });
    await signIn();
    expect((await snapshotAfter())?.revocations?.sessions).toContain(refreshToken.split('.')[0]);
  });
});
