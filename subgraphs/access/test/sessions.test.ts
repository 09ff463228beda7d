import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous, type Identity, sessionOf } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { SessionEntity } from '../entities.ts';
import { deleteOldSessions } from '../store/old-sessions.ts';
import {
  type AccessUnderTest,
  clientVerifier,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  handClock,
  password,
  type SessionPayload,
  sessionFields,
  startAccess,
} from './access.ts';

const signInMutation = `mutation($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) ${sessionFields} }`;
const refreshMutation = `mutation($token: String!) { refreshSession(input: { refreshToken: $token }) ${sessionFields} }`;
const signOutMutation =
  'mutation($token: String!) { signOut(input: { refreshToken: $token }) { userErrors { code } } }';
const clock = handClock();

let access: AccessUnderTest;
beforeAll(async () => {
  access = await startAccess({ clock: clock.now });
});
afterAll(() => access.close());

async function signIn(email: string, given = password, headers = {}): Promise<SessionPayload> {
  const { data, errors } = await access.ask<{ signIn: SessionPayload }>(
    anonymous,
    signInMutation,
    { email, password: given },
    headers,
  );
  expect(errors).toEqual([]);
  return data!.signIn;
}

async function refresh(token: string | null, headers = {}): Promise<SessionPayload> {
  const { data, errors } = await access.ask<{ refreshSession: SessionPayload }>(
    anonymous,
    refreshMutation,
    { token: token ?? '' },
    headers,
  );
  expect(errors).toEqual([]);
  return data!.refreshSession;
}

async function signOut(token: string | null): Promise<unknown> {
  const { data } = await access.ask(anonymous, signOutMutation, { token: token ?? '' });
  return data;
}

interface SessionPage {
  readonly nodes: readonly { readonly id: string }[];
}

/** The identity in an access token, as the gateway forwards it. */
async function identityIn({ accessToken }: SessionPayload): Promise<AccountIdentity> {
  const identity = await clientVerifier.verify(accessToken ?? '');
  if (identity?.kind !== 'account') throw new Error('an account must be signed in');
  return identity;
}

const codes = (payload: SessionPayload) => payload.userErrors.map(({ code }) => code);

test('sessions are deleted 20 minutes after their end, or after 14 days without use', async () => {
  const accountId = await givenAccount(access, { email: 'old@demo.test', roles: ['ADMIN'] });
  const em = access.services.database.fork();
  const now = clock.now();
  const ago = (days: number, minutes: number) => new Date(now.getTime() - days * 86_400_000 - minutes * 60_000);
  const given = (tokenHash: string, refreshedAt: Date, revokedAt: Date | null) =>
    em.create(SessionEntity, { id: newId(), accountId, tokenHash, createdAt: ago(50, 0), refreshedAt, revokedAt });
  given('just ended', ago(2, 0), ago(0, 19));
  given('ended', ago(2, 0), ago(0, 21));
  given('in use', ago(13, 0), null);
  given('unused', ago(14, 21), null);
  await em.flush();
  await deleteOldSessions(em, now);
  const left = await access.services.database.fork().find(SessionEntity, { accountId });
  expect(left.map(({ tokenHash }) => tokenHash).sort()).toEqual(['in use', 'just ended']);
});

describe('signIn', () => {
  test('returns a token with the identity of the account, and the account as it sees itself', async () => {
    const organizationId = await givenOrganization(access, 'Sierra Foods');
    const accountId = await givenAccount(access, { email: 'ana@sierra.test', roles: ['CUSTOMER'], organizationId });
    const payload = await signIn('  ANA@sierra.test ');
    expect(payload).toMatchObject({
      viewer: { id: accountId, email: 'ana@sierra.test', organization: { name: 'Sierra Foods' } },
      userErrors: [],
    });
    expect(await clientVerifier.verify(payload.accessToken!)).toMatchObject({
      kind: 'account',
      accountId,
      credential: { kind: 'session', id: expect.any(String), needsCode: false },
      organizationId,
      driverId: null,
      roles: ['CUSTOMER'],
      tier: 'STANDARD',
    });
  });

  test('refuses a wrong password, an unknown address and an account without a password in the same way', async () => {
    await givenAccount(access, { email: 'bo@demo.test', roles: ['ADMIN'] });
    const id = await givenAccount(access, { email: 'nopass@demo.test', roles: ['ADMIN'] });
    await access.services.database.fork().execute('update account set password_hash = null where id = ?', [id]);
    const payloads = [
      await signIn('bo@demo.test', 'wrong password!'),
      await signIn('nobody@demo.test'),
      await signIn('nopass@demo.test'),
    ];
    expect(payloads[0]).toMatchObject({ accessToken: null, refreshToken: null, viewer: null });
    expect(payloads[0]?.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: null }]);
    expect(payloads[1]).toEqual(payloads[0]);
    expect(payloads[2]).toEqual(payloads[0]);
  });

  test.each([
    ["' or 1=1 --", password],
    ['nul\0@demo.test', password],
    [`${'x'.repeat(10_000)}@demo.test`, password],
    ['bo@demo.test', 'p'.repeat(100_000)],
    ['bo@demo.test', 'nul\0nul\0nul\0nul'],
    ['', ''],
  ])('refuses hostile credentials (%#)', async (email, given) => {
    expect(codes(await signIn(email, given))).toEqual(['INVALID_CREDENTIALS']);
  });
});

describe('refreshSession', () => {
  test('exchanges a token for the next one, with the current roles', async () => {
    const id = await givenAccount(access, { email: 'eve@demo.test', roles: ['ANALYST'] });
    const first = await signIn('eve@demo.test');
    await access.services.database.fork().execute(`update account set roles = '{DISPATCHER}' where id = ?`, [id]);
    const second = await refresh(first.refreshToken);
    expect(second.userErrors).toEqual([]);
    expect(second.refreshToken).not.toEqual(first.refreshToken);
    expect(await clientVerifier.verify(second.accessToken!)).toMatchObject({ roles: ['DISPATCHER'] });
  });

  test('ends the session when an old token is used again, and records it in the audit', async () => {
    const id = await givenAccount(access, { email: 'fay@demo.test', roles: ['ADMIN'] });
    const first = await signIn('fay@demo.test');
    const second = await refresh(first.refreshToken);
    const other = await signIn('fay@demo.test');
    expect(codes(await refresh(first.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(codes(await refresh(second.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(codes(await refresh(other.refreshToken))).toEqual([]);
    const { data } = await access.ask(
      somebody(['ADMIN']),
      'query($id: ID!) { auditEntries(filter: { targetId: $id, actions: [SESSION_TOKEN_REUSED] }) { nodes { action actor { id } target { ... on Account { id } } } } }',
      { id },
    );
    expect(data).toEqual({
      auditEntries: { nodes: [{ action: 'SESSION_TOKEN_REUSED', actor: null, target: { id } }] },
    });
  });

  test('accepts one of two equal tokens at once and treats the other as stolen', async () => {
    await givenAccount(access, { email: 'gil@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('gil@demo.test');
    const payloads = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    const won = payloads.filter((payload) => payload.refreshToken !== null);
    expect(won).toHaveLength(1);
    expect(codes(await refresh(won[0]!.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
  });

  test('refuses after 14 days without use', async () => {
    await givenAccount(access, { email: 'hal@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('hal@demo.test');
    clock.advance(14 * 86_400 + 1);
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
  });

  test.each(['', 'x', `${newId()}.${'a'.repeat(43)}`, `${newId()}.a\0b`, 'y'.repeat(100_000)])(
    'refuses a text that is not a token (%#)',
    async (token) => {
      expect(codes(await refresh(token))).toEqual(['INVALID_REFRESH_TOKEN']);
    },
  );

  test('stores nothing in the tables that could continue a session', async () => {
    await givenAccount(access, { email: 'ida@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('ida@demo.test');
    const sessions = await access.services.database.fork().find(SessionEntity, {});
    const [, secret = ''] = refreshToken!.split('.');
    expect(secret.length).toBe(43);
    expect(JSON.stringify(sessions)).not.toContain(secret);
  });
});

describe('signOut', () => {
  test('ends the session of its newest token; a repeated call and an unknown token get the same response', async () => {
    await givenAccount(access, { email: 'jo@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('jo@demo.test');
    const done = { signOut: { userErrors: [] } };
    expect(await signOut(refreshToken)).toEqual(done);
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(await signOut(refreshToken)).toEqual(done);
    expect(await signOut('nonsense')).toEqual(done);
  });

  test('changes nothing with another secret, whether invented or already exchanged', async () => {
    await givenAccount(access, { email: 'kay@demo.test', roles: ['ADMIN'] });
    const first = await signIn('kay@demo.test');
    const second = await refresh(first.refreshToken);
    const [sessionId] = second.refreshToken!.split('.');
    const done = { signOut: { userErrors: [] } };
    expect(await signOut(`${sessionId}.${'a'.repeat(43)}`)).toEqual(done);
    expect(await signOut(first.refreshToken)).toEqual(done);
    expect(codes(await refresh(second.refreshToken))).toEqual([]);
  });
});

describe('the sessions of an account', () => {
  const phone = { 'x-client-address': '2001:db8:7::9', 'x-client-name': 'Freight app 3.1' };
  const office = { 'x-client-address': '203.0.113.9', 'x-client-name': 'Mozilla/5.0 (X11; Linux x86_64)' };
  const fields =
    '{ nodes { id createdAt lastUsedAt expiresAt clientNetwork clientName isCurrent codeAt } totalCount pageInfo { hasNextPage } }';

  async function sessionsOf(as: Identity, accountId: string, page = 'first: 20') {
    const query = `query($id: ID!) { account(id: $id) { sessions(${page}) ${fields} } }`;
    const { data, errors } = await access.ask<{ account: { sessions: SessionPage | null } }>(as, query, {
      id: accountId,
    });
    expect(errors).toEqual([]);
    return data!.account.sessions;
  }

  const endOne = async (as: Identity, input: object) => {
    const query =
      'mutation($input: EndSessionsInput!) { endSessions(input: $input) { endedSessions userErrors { code field } } }';
    const { data } = await access.ask<{ endSessions: object }>(as, query, { input });
    return data!.endSessions;
  };

  /** An account that is signed in with two clients. */
  async function givenTwo(email: string) {
    const accountId = await givenAccount(access, { email, roles: ['DISPATCHER'] });
    const older = await signIn(email, password, phone);
    clock.advance(60);
    const newer = await signIn(email, password, office);
    const [self, other] = [await identityIn(newer), await identityIn(older)];
    return { accountId, older, newer, self, ids: { newer: sessionOf(self)!.id!, older: sessionOf(other)!.id! } };
  }

  test('are listed, the newest first, with their clients and times, and the current one is marked', async () => {
    const { accountId, self, ids } = await givenTwo('lou@demo.test');
    const signedInAt = clock.now();
    const timeAt = (seconds: number) => new Date(signedInAt.getTime() + seconds * 1_000).toISOString();
    const days14 = 14 * 86_400;
    expect(await sessionsOf(self, accountId)).toEqual({
      nodes: [
        {
          id: ids.newer,
          createdAt: timeAt(0),
          lastUsedAt: timeAt(0),
          expiresAt: timeAt(days14),
          clientNetwork: '203.0.113.9',
          clientName: 'Mozilla/5.0 (X11; Linux x86_64)',
          isCurrent: true,
          codeAt: null,
        },
        {
          id: ids.older,
          createdAt: timeAt(-60),
          lastUsedAt: timeAt(-60),
          expiresAt: timeAt(days14 - 60),
          clientNetwork: '2001:db8:7:0::/64',
          clientName: 'Freight app 3.1',
          isCurrent: false,
          codeAt: null,
        },
      ],
      totalCount: 2,
      pageInfo: { hasNextPage: false },
    });
    expect(await sessionsOf(self, accountId, 'first: 1')).toMatchObject({
      nodes: [{ id: ids.newer }],
      pageInfo: { hasNextPage: true },
    });
  });

  test('move to the client that has refreshed them', async () => {
    const { accountId, self, older, ids } = await givenTwo('mo@demo.test');
    clock.advance(600);
    await refresh(older.refreshToken, { 'x-client-address': '198.51.100.4' });
    const page = await sessionsOf(self, accountId);
    expect(page?.nodes[1]).toMatchObject({
      id: ids.older,
      lastUsedAt: clock.now().toISOString(),
      clientNetwork: '198.51.100.4',
      clientName: null,
    });
  });

  test('contain the one that signing in has begun', async () => {
    await givenAccount(access, { email: 'ned@demo.test', roles: ['ANALYST'] });
    const query = `mutation($input: SignInInput!) {
      signIn(input: $input) { viewer { sessions { edges { node { isCurrent } } } } } }`;
    const { data } = await access.ask(anonymous, query, { input: { email: 'ned@demo.test', password } });
    expect(data).toEqual({ signIn: { viewer: { sessions: { edges: [{ node: { isCurrent: true } }] } } } });
  });

  test('are seen by the account and by administrators only', async () => {
    const { accountId, ids } = await givenTwo('oz@demo.test');
    const page = await sessionsOf(somebody(['ADMIN']), accountId);
    expect(page?.nodes).toMatchObject([{ id: ids.newer, isCurrent: false }, { id: ids.older }]);
    for (const role of ['DISPATCHER', 'ANALYST'] as const)
      expect(await sessionsOf(somebody([role]), accountId)).toBeNull();
  });

  test('leave the list when they expire or end', async () => {
    const { accountId, self, ids } = await givenTwo('pat@demo.test');
    const list = async () => (await sessionsOf(self, accountId))?.nodes.map(({ id }) => id);
    clock.advance(14 * 86_400 - 60);
    expect(await list()).toEqual([ids.newer]);
    clock.advance(60);
    expect(await list()).toEqual([]);
  });

  test('end one by one', async () => {
    const { older, newer, self, ids } = await givenTwo('quin@demo.test');
    expect(await endOne(self, { sessionId: ids.older })).toEqual({ endedSessions: 1, userErrors: [] });
    expect(codes(await refresh(older.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(codes(await refresh(newer.refreshToken))).toEqual([]);
    expect(await endOne(self, { sessionId: ids.newer })).toEqual({ endedSessions: 1, userErrors: [] });
    const refused = { endedSessions: null, userErrors: [{ code: 'NOT_FOUND', field: ['sessionId'] }] };
    for (const sessionId of [ids.newer, newId(), 'no id', ''])
      expect(await endOne(self, { sessionId })).toEqual(refused);
  });

  test('of another account are ended by administrators only', async () => {
    const { accountId, older, ids } = await givenTwo('rob@demo.test');
    const { self: stranger } = await givenTwo('sid@demo.test');
    expect(await endOne(stranger, { sessionId: ids.older })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    const admin = await givenAdministrator(access, 'session.admin@demo.test');
    expect(await endOne(admin, { sessionId: ids.older })).toMatchObject({ userErrors: [{ code: 'NOT_FOUND' }] });
    expect(await endOne(admin, { accountId, sessionId: ids.older })).toEqual({ endedSessions: 1, userErrors: [] });
    expect(codes(await refresh(older.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
  });
});

test('viewer is null for an anonymous request', async () => {
  const { data, errors } = await access.ask(anonymous, '{ viewer { id } }');
  expect({ data, errors }).toEqual({ data: { viewer: null }, errors: [] });
});
