import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { accessChangedTopic, changesAfter } from '#shared/identity/access-snapshot.ts';
import { hashApiKey } from '#shared/identity/api-keys.ts';
import { anonymous, type Identity } from '#shared/identity/identity.ts';
import { somebody } from '#shared/test/harness.ts';
import { apiKeySecret, givenAccount, givenOrganization, password } from './access.ts';
import { type KeyScene, startKeyScene } from './key-scene.ts';

let scene: KeyScene;
beforeAll(async () => {
  scene = await startKeyScene();
});
afterAll(() => scene.close());

/** An input as part of a document; names of enum values are written in capitals. */
function inline(input: object): string {
  return JSON.stringify(input)
    .replace(/"(\w+)":/g, '$1: ')
    .replace(/"([A-Z]+)"/g, '$1');
}

describe('the access snapshot', () => {
  test('is for gateways only', async () => {
    for (const as of [anonymous, scene.admin, scene.partner]) {
      const { errors } = await scene.access.ask(as, '{ accessSnapshot }');
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  test('is null if nothing has changed, and contains only the parts that have', async () => {
    const first = await scene.snapshotAfter();
    expect(await scene.snapshotAfter(first?.version)).toBeNull();
    await scene.given(scene.partner);
    const second = await scene.snapshotAfter(first?.version);
    expect([second?.keys === null, second?.revocations]).toEqual([false, null]);
  });

  test('contains only the keys that have changed, if a gateway knows the others', async () => {
    const [kept, revoked, rotated] = [
      await scene.given(scene.partner),
      await scene.given(scene.partner),
      await scene.given(scene.partner),
    ];
    const { version } = (await scene.snapshotAfter())!;
    const created = await scene.given(scene.partner);
    await scene.run(scene.partner, 'revokeApiKey', { apiKeyId: revoked.id });
    const { key: newText } = await scene.run(scene.partner, 'rotateApiKey', { apiKeyId: rotated.id });
    const changed = (await scene.snapshotAfter(changesAfter(version)))!;
    expect(changed.keys).toBeNull();
    expect(new Set(changed.changedKeys?.ids)).toEqual(new Set([created.id, revoked.id, rotated.id]));
    const hashOf = (text: string) => hashApiKey(text, apiKeySecret);
    expect(new Set(changed.changedKeys?.keys.map(({ hash }) => hash))).toEqual(
      new Set([created.text, rotated.text, newText!].map(hashOf)),
    );
    expect(changed.endedKeys).toEqual([{ hash: hashOf(revoked.text), id: revoked.id, reason: 'revoked' }]);
    expect(await scene.snapshotAfter(changesAfter(changed.version))).toBeNull();
    // A gateway of an earlier release, and one with a version of another database, get all keys.
    for (const after of [version, changesAfter('1.1.1'), changesAfter('9999999999999999.1.1'), changesAfter('x.1.1')]) {
      const whole = await scene.snapshotAfter(after);
      expect(whole?.keys?.map(({ hash }) => hash)).toEqual(
        expect.arrayContaining([kept.text, created.text].map(hashOf)),
      );
    }
  });

  test('has changed keys if their account is closed or their organization gets another tier', async () => {
    const id = await givenOrganization(scene.access, 'Changing');
    const { key, id: apiKeyId } = await scene.given(scene.admin, { organizationId: id });
    const { version } = (await scene.snapshotAfter())!;
    const ask = (mutation: string, input: object) =>
      scene.access.ask(
        scene.admin,
        `mutation { payload: ${mutation}(input: ${inline(input)}) { userErrors { code } } }`,
      );
    await ask('changeOrganizationTier', { organizationId: id, tier: 'PREMIUM', expectedVersion: 1 });
    const promoted = (await scene.snapshotAfter(changesAfter(version)))!;
    expect(promoted.changedKeys?.keys).toMatchObject([{ id: apiKeyId, tier: 'PREMIUM' }]);
    await ask('deactivateAccount', { accountId: key.account!.id, expectedVersion: 1 });
    const closed = (await scene.snapshotAfter(changesAfter(promoted.version)))!;
    expect(closed.changedKeys).toEqual({ ids: [apiKeyId], keys: [] });
  });

  test('is announced to gateways whenever it has changed', async () => {
    const messages = await scene.access.live.subscribe([accessChangedTopic], { latest: { keys: 1, keyOf: () => '' } });
    const announced = async (change: () => Promise<unknown>) => {
      const before = (await scene.snapshotAfter())!.version;
      await change();
      expect(await scene.snapshotAfter(before)).not.toBeNull();
      expect((await messages.next()).done).toBe(false);
    };
    const email = 'announced@keys.test';
    const accountId = await givenAccount(scene.access, { email, roles: ['DISPATCHER', 'ANALYST'] });
    const own = somebody(['DISPATCHER', 'ANALYST'], { accountId });
    const id = await givenOrganization(scene.access, 'Announced');
    const ask = (as: Identity, mutation: string, input: object) =>
      scene.access.ask(as, `mutation { payload: ${mutation}(input: ${inline(input)}) { userErrors { code } } }`);
    const signIn = async () => {
      const session = `mutation { signIn(input: { email: "${email}", password: "${password}" }) { refreshToken } }`;
      return (await scene.access.ask<{ signIn: { refreshToken: string } }>(anonymous, session)).data!.signIn
        .refreshToken;
    };
    const apiKeyId = { current: '' };
    await announced(async () => {
      apiKeyId.current = (await scene.given(scene.partner)).id;
    });
    await announced(() => scene.run(scene.partner, 'rotateApiKey', { apiKeyId: apiKeyId.current }));
    await announced(() => scene.run(scene.partner, 'revokeApiKey', { apiKeyId: apiKeyId.current }));
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
    await announced(() =>
      ask(scene.admin, 'changeAccountRoles', { accountId, roles: ['ANALYST'], expectedVersion: 1 }),
    );
    await announced(() => ask(scene.admin, 'deactivateAccount', { accountId, expectedVersion: 2 }));
    await announced(() =>
      ask(scene.admin, 'changeOrganizationTier', { organizationId: id, tier: 'FREE', expectedVersion: 1 }),
    );
    await messages.return();
  });

  test('names closed accounts, lost roles, ended sessions and new tiers', async () => {
    const { organizationId } = scene;
    const { version } = (await scene.snapshotAfter())!;
    const accountId = await givenAccount(scene.access, {
      email: 'leaving@keys.test',
      roles: ['DISPATCHER', 'ANALYST'],
    });
    const ask = (query: string, input: object) => scene.access.ask(scene.admin, query, { input });
    await ask(
      'mutation($input: ChangeAccountRolesInput!) { changeAccountRoles(input: $input) { userErrors { code } } }',
      {
        accountId,
        roles: ['ANALYST'],
        expectedVersion: 1,
      },
    );
    const account = { id: accountId, roles: ['ANALYST'], driverId: null };
    expect((await scene.snapshotAfter(version))?.revocations?.accounts).toContainEqual({ ...account, closed: false });
    await ask(
      'mutation($input: DeactivateAccountInput!) { deactivateAccount(input: $input) { userErrors { code } } }',
      {
        accountId,
        expectedVersion: 2,
      },
    );
    expect((await scene.snapshotAfter(version))?.revocations?.accounts).toContainEqual({ ...account, closed: true });
    await ask(
      'mutation($input: ChangeOrganizationTierInput!) { changeOrganizationTier(input: $input) { userErrors { code } } }',
      {
        organizationId,
        tier: 'ENTERPRISE',
        expectedVersion: 1,
      },
    );
    const changed = await scene.snapshotAfter(version);
    expect(changed?.revocations?.organizations).toContainEqual({ id: organizationId, tier: 'ENTERPRISE' });
    expect(changed?.keys?.[0]?.tier).toBeDefined();
  });

  test('a session that has ended stays in the snapshot when its account signs in again', async () => {
    const signIn = async () => {
      const { data } = await scene.access.ask<{ signIn: { refreshToken: string } }>(
        anonymous,
        'mutation { signIn(input: { email: "partner@keys.test", password: "correct horse battery" }) { refreshToken } }',
      );
      return data!.signIn.refreshToken;
    };
    const refreshToken = await signIn();
    await scene.access.ask(
      anonymous,
      'mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }',
      {
        input: { refreshToken },
      },
    );
    await signIn();
    expect((await scene.snapshotAfter())?.revocations?.sessions).toContain(refreshToken.split('.')[0]);
  });
});
