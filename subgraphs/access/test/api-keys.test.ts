import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashApiKey, isApiKey } from '#shared/identity/api-keys.ts';
import { anonymous, gatewayItself, type Identity, scopesOfKeys } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { countBySecret } from '../store/api-keys.ts';
import { apiKeySecret, givenOrganization } from './access.ts';
import { codes, fields, type Key, type KeyScene, mutations, startKeyScene } from './key-scene.ts';

let scene: KeyScene;
beforeAll(async () => {
  scene = await startKeyScene();
});
afterAll(() => scene.close());

describe('createApiKey', () => {
  test('gives a partner a key of its organization, whose text is shown once and not stored', async () => {
    const { organizationId } = scene;
    const { text, key } = await scene.given(scene.partner, { name: 'ERP', allowedNetworks: ['10.0.0.0/8'] });
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
    const rows = await scene.access.services.database.fork().getConnection().execute('select * from api_key');
    expect(JSON.stringify(rows)).not.toContain(text);
    expect(await scene.inSnapshot(text)).toEqual({
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
    const first = await scene.run(scene.partner, 'createApiKey', input);
    const second = await scene.run(scene.partner, 'createApiKey', input);
    expect([second.apiKey?.id, second.key]).toEqual([first.apiKey?.id, null]);
    expect(codes(await scene.run(scene.partner, 'createApiKey', { ...input, name: 'Other' }))).toEqual([
      'IDEMPOTENCY_KEY_REUSED',
    ]);
  });

  test('lets an administrator choose the organization, and a partner only its own', async () => {
    const { organizationId } = scene;
    expect((await scene.given(scene.admin, { organizationId })).key.organization).toEqual({ id: organizationId });
    expect(codes(await scene.run(scene.admin, 'createApiKey', { name: 'ERP' }))).toEqual(['ORGANIZATION_REQUIRED']);
    expect(codes(await scene.run(scene.admin, 'createApiKey', { name: 'ERP', organizationId: newId() }))).toEqual([
      'NOT_FOUND',
    ]);
    expect(codes(await scene.run(scene.stranger, 'createApiKey', { name: 'ERP', organizationId }))).toEqual([
      'FORBIDDEN_ORGANIZATION',
    ]);
  });

  test('narrows the scopes, and refuses those that a key may not hold', async () => {
    expect((await scene.given(scene.partner, { scopes: ['tracking:read'] })).key.scopes).toEqual(['tracking:read']);
    for (const scope of ['access:keys', 'access:write', 'fleet:read', 'nonsense']) {
      expect(codes(await scene.run(scene.partner, 'createApiKey', { name: 'ERP', scopes: [scope] }))).toEqual([
        'INVALID_INPUT',
      ]);
    }
  });

  test.each([
    ['a name without letters', { name: '  ' }, 'INVALID_INPUT'],
    ['a network that is none', { allowedNetworks: ['10.0.0.0/99'] }, 'INVALID_INPUT'],
    ['an expiry in the past', { expiresAt: '2020-01-01T00:00:00.000Z' }, 'INVALID_TIME'],
    ['an expiry in a century', { expiresAt: '2126-01-01T00:00:00.000Z' }, 'INVALID_TIME'],
  ])('refuses %s', async (_what, input, code) => {
    expect(codes(await scene.run(scene.partner, 'createApiKey', { name: 'ERP', ...input }))).toEqual([code]);
  });

  test('refuses the 101st key of an organization until one is revoked', async () => {
    const busy = await scene.givenPartner('busy@keys.test', await givenOrganization(scene.access, 'Busy Programs'));
    const { id } = await scene.given(busy);
    for (let count = 1; count < 100; count++) await scene.given(busy);
    expect(codes(await scene.run(busy, 'createApiKey', { name: 'ERP' }))).toEqual(['INVALID_STATE']);
    await scene.run(busy, 'revokeApiKey', { apiKeyId: id });
    await scene.given(busy);
  });

  test('reads the account of its caller: a closed one makes no key with the token that it still has', async () => {
    const { organizationId } = scene;
    const closed = await scene.givenPartner('closed@keys.test', organizationId);
    await scene.access.ask(
      scene.admin,
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      { input: { accountId: closed.accountId, expectedVersion: 1 } },
    );
    const { errors } = await scene.access.ask(closed, mutations.createApiKey, {
      input: { idempotencyKey: newId(), name: 'ERP' },
    });
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
  });

  test('gives a sandbox organization test keys', async () => {
    const { data } = await scene.access.ask<{ payload: { organization: { id: string; sandbox: boolean } } }>(
      scene.admin,
      'mutation($input: CreateOrganizationInput!) { payload: createOrganization(input: $input) { organization { id sandbox } } }',
      { input: { idempotencyKey: newId(), name: 'Try it out', sandbox: true } },
    );
    const { id, sandbox } = data!.payload.organization;
    const { text, id: apiKeyId } = await scene.given(scene.admin, { organizationId: id });
    expect([sandbox, text.slice(0, 9)]).toEqual([true, 'ifk_test_']);
    expect((await scene.run(scene.admin, 'rotateApiKey', { apiKeyId })).key).toMatch(/^ifk_test_/);
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
    const { errors } = await scene.access.ask(as, mutations.createApiKey, {
      input: { idempotencyKey: newId(), name: 'ERP' },
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual([
      as.kind === 'account' ? 'FORBIDDEN' : 'UNAUTHENTICATED',
    ]);
  });
});

test('a partner lists the keys of its organization, and others see none of them', async () => {
  const { organizationId } = scene;
  const { id, key } = await scene.given(scene.partner, { name: 'Listed' });
  const list = (as: Identity) =>
    scene.access.ask<{ organization: { apiKeys: { nodes: { name: string }[]; totalCount: number } } | null }>(
      as,
      'query($id: ID!) { organization(id: $id) { apiKeys(first: 1) { nodes { name } totalCount } } }',
      { id: organizationId },
    );
  const one = async (as: Identity) =>
    (await scene.access.ask<{ apiKey: Key | null }>(as, `query($id: ID!) { apiKey(id: $id) { ${fields} } }`, { id }))
      .data?.apiKey;
  const { data } = await list(scene.partner);
  expect(data?.organization?.apiKeys.nodes).toEqual([{ name: 'Listed' }]);
  expect(data?.organization?.apiKeys.totalCount).toBeGreaterThan(1);
  expect(await one(scene.partner)).toEqual(key);
  expect(await one(scene.admin)).toEqual(key);
  expect(await one(scene.stranger)).toBeNull();
  const asCustomer = await list(somebody(['CUSTOMER'], { organizationId }));
  expect(asCustomer.data).toEqual({ organization: { apiKeys: null } });
  expect(asCustomer.errors[0]?.extensions.code).toBe('FORBIDDEN');
  expect((await list(scene.stranger)).data).toEqual({ organization: null });
});

describe('rotateApiKey', () => {
  test('gives a new text, and the old one stays valid for the grace period', async () => {
    const { id, text } = await scene.given(scene.partner);
    const { apiKey, key } = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 60 });
    const graceUntil = new Date(scene.clock.now().getTime() + 60_000);
    expect(apiKey).toMatchObject({ id, prefix: key?.slice(0, 13), graceUntil: graceUntil.toISOString() });
    expect([(await scene.inSnapshot(text))?.endsAt, (await scene.inSnapshot(key!))?.endsAt]).toEqual([
      graceUntil.getTime(),
      null,
    ]);
    scene.clock.advance(61);
    expect([await scene.inSnapshot(text), (await scene.inSnapshot(key!))?.id]).toEqual([undefined, id]);
  });

  test('without a grace period ends the old text at once', async () => {
    const { id, text } = await scene.given(scene.partner);
    const { key } = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 0 });
    expect([await scene.inSnapshot(text), (await scene.inSnapshot(key!))?.id]).toEqual([undefined, id]);
  });

  test('is refused for a key of others, a revoked key, and a grace period of more than seven days', async () => {
    const { id } = await scene.given(scene.partner);
    expect(codes(await scene.run(scene.stranger, 'rotateApiKey', { apiKeyId: id }))).toEqual(['NOT_FOUND']);
    expect(codes(await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 604_801 }))).toEqual([
      'INVALID_INPUT',
    ]);
    await scene.run(scene.partner, 'revokeApiKey', { apiKeyId: id });
    expect(codes(await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id }))).toEqual(['INVALID_STATE']);
  });
});

describe('revokeApiKey', () => {
  test('ends every text of a key and its machine account, and may be repeated', async () => {
    const { id, text } = await scene.given(scene.partner);
    const { key } = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id });
    const first = await scene.run(scene.partner, 'revokeApiKey', { apiKeyId: id });
    expect(first.apiKey).toMatchObject({ id, revokedAt: scene.clock.now().toISOString(), account: { active: false } });
    expect([await scene.inSnapshot(text), await scene.inSnapshot(key!)]).toEqual([undefined, undefined]);
    scene.clock.advance(1);
    expect((await scene.run(scene.partner, 'revokeApiKey', { apiKeyId: id })).apiKey?.revokedAt).toBe(
      first.apiKey?.revokedAt,
    );
    expect(codes(await scene.run(scene.stranger, 'revokeApiKey', { apiKeyId: id }))).toEqual(['NOT_FOUND']);
  });

  test('closing the machine account ends the key, too', async () => {
    const { text, key } = await scene.given(scene.partner);
    await scene.access.ask(
      scene.admin,
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      {
        input: { accountId: key.account!.id, expectedVersion: 1 },
      },
    );
    expect(await scene.inSnapshot(text)).toBeUndefined();
  });
});

test('the audit names actor and key of each change', async () => {
  const { id } = await scene.given(scene.partner, { name: 'Audited' });
  await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: id, graceSeconds: 0 });
  await scene.run(scene.admin, 'revokeApiKey', { apiKeyId: id });
  const { data } = await scene.access.ask<{ auditEntries: { nodes: object[] } }>(
    scene.admin,
    'query($id: ID!) { auditEntries(filter: { targetId: $id }) { nodes { action actor { id } target { ... on ApiKey { id name } } } } }',
    { id },
  );
  const target = { id, name: 'Audited' };
  expect(data?.auditEntries.nodes).toEqual([
    { action: 'API_KEY_REVOKED', actor: { id: scene.admin.accountId }, target },
    { action: 'API_KEY_ROTATED', actor: { id: scene.partner.accountId }, target },
    { action: 'API_KEY_CREATED', actor: { id: scene.partner.accountId }, target },
  ]);
});

test('gateways report when keys were last used, and an older report changes nothing', async () => {
  const { id } = await scene.given(scene.partner);
  const report = (at: string) =>
    scene.access.ask(
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
  const { data } = await scene.access.ask<{ apiKey: Key }>(
    scene.partner,
    `query($id: ID!) { apiKey(id: $id) { ${fields} } }`,
    {
      id,
    },
  );
  expect(data?.apiKey.lastUsedAt).toBe('2026-11-28T12:00:00.000Z');
});

test('A used key gets the hash under the newest secret, except if its signing secret follows from the hash', async () => {
  const renew = async ({ id, text }: { id: string; text: string }, formerSecret: string, secret: string) => {
    const [formerHash, hash] = [hashApiKey(text, formerSecret), hashApiKey(text, secret)];
    const at = new Date().toISOString();
    const { data } = await scene.access.ask(
      gatewayItself,
      'mutation($input: RecordApiKeyUsesInput!) { recordApiKeyUses(input: $input) { userErrors { code } } }',
      { input: { uses: [{ apiKeyId: id, at, formerHash, hash }] } },
    );
    expect(data).toEqual({ recordApiKeyUses: { userErrors: [] } });
    const entry = (await scene.snapshotAfter())?.keys?.find((key) => key.id === id);
    return entry?.hash === hash ? 'renewed' : entry?.hash === hashApiKey(text, apiKeySecret) ? 'kept' : 'lost';
  };
  const key = await scene.given(scene.partner);
  const signed = await scene.given(scene.partner, { requireSignature: true });
  const newest = 'newest secret, which has no id like that of access';
  expect(await renew(key, apiKeySecret, 'a1:secret that access does not have in front')).toBe('kept');
  expect(await renew(key, newest, newest)).toBe('kept'); // the gateway's former hash is not the stored one
  expect(await renew(signed, apiKeySecret, newest)).toBe('kept');
  expect(await renew(key, apiKeySecret, newest)).toBe('renewed');
  expect(await countBySecret(scene.access.services.database.fork())).toEqual(new Map([['', expect.any(Number)]]));
});
