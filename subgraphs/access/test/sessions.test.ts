import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import { SessionEntity } from '../entities.ts';
import {
  type AccessUnderTest,
  clientVerifier,
  givenAccount,
  givenOrganization,
  handClock,
  password,
  type SessionAnswer,
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

async function signIn(email: string, given = password): Promise<SessionAnswer> {
  const { data, errors } = await access.ask<{ signIn: SessionAnswer }>(anonymous, signInMutation, {
    email,
    password: given,
  });
  expect(errors).toEqual([]);
  return data!.signIn;
}

async function refresh(token: string | null): Promise<SessionAnswer> {
  const { data, errors } = await access.ask<{ refreshSession: SessionAnswer }>(anonymous, refreshMutation, {
    token: token ?? '',
  });
  expect(errors).toEqual([]);
  return data!.refreshSession;
}

async function signOut(token: string | null): Promise<unknown> {
  const { data } = await access.ask(anonymous, signOutMutation, { token: token ?? '' });
  return data;
}

const codes = (answer: SessionAnswer) => answer.userErrors.map(({ code }) => code);

describe('signIn', () => {
  test('gives a token that says who the account is, and the account as itself sees it', async () => {
    const organizationId = await givenOrganization(access, 'Sierra Foods');
    const accountId = await givenAccount(access, { email: 'ana@sierra.test', roles: ['CUSTOMER'], organizationId });
    const answer = await signIn('  ANA@sierra.test ');
    expect(answer).toMatchObject({
      viewer: { id: accountId, email: 'ana@sierra.test', organization: { name: 'Sierra Foods' } },
      userErrors: [],
    });
    expect(await clientVerifier.verify(answer.accessToken!)).toMatchObject({
      kind: 'account',
      accountId,
      organizationId,
      driverId: null,
      roles: ['CUSTOMER'],
      tier: 'STANDARD',
    });
  });

  test('refuses a wrong password, an unknown address and an account without a password alike', async () => {
    await givenAccount(access, { email: 'bo@demo.test', roles: ['ADMIN'] });
    const id = await givenAccount(access, { email: 'nopass@demo.test', roles: ['ADMIN'] });
    await access.services.database.fork().execute('update account set password_hash = null where id = ?', [id]);
    const answers = [
      await signIn('bo@demo.test', 'wrong password!'),
      await signIn('nobody@demo.test'),
      await signIn('nopass@demo.test'),
    ];
    expect(answers[0]).toMatchObject({ accessToken: null, refreshToken: null, viewer: null });
    expect(answers[0]?.userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS', field: null }]);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test.each([
    ["' or 1=1 --", password],
    ['nul\0@demo.test', password],
    [`${'x'.repeat(10_000)}@demo.test`, password],
    ['bo@demo.test', 'p'.repeat(100_000)],
    ['bo@demo.test', 'nul\0nul\0nul\0nul'],
    ['', ''],
  ])('answers hostile credentials with a refusal (%#)', async (email, given) => {
    expect(codes(await signIn(email, given))).toEqual(['INVALID_CREDENTIALS']);
  });
});

describe('refreshSession', () => {
  test('trades a token for the next one, with the roles of this moment', async () => {
    const id = await givenAccount(access, { email: 'eve@demo.test', roles: ['ANALYST'] });
    const first = await signIn('eve@demo.test');
    await access.services.database.fork().execute(`update account set roles = '{DISPATCHER}' where id = ?`, [id]);
    const second = await refresh(first.refreshToken);
    expect(second.userErrors).toEqual([]);
    expect(second.refreshToken).not.toEqual(first.refreshToken);
    expect(await clientVerifier.verify(second.accessToken!)).toMatchObject({ roles: ['DISPATCHER'] });
  });

  test('ends the whole session when an old token comes again, and notes it', async () => {
    const id = await givenAccount(access, { email: 'fay@demo.test', roles: ['ADMIN'] });
    const first = await signIn('fay@demo.test');
    const second = await refresh(first.refreshToken);
    const other = await signIn('fay@demo.test');
    expect(codes(await refresh(first.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(codes(await refresh(second.refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(codes(await refresh(other.refreshToken))).toEqual([]);
    const { data } = await access.ask(
      somebody(['ADMIN']),
      'query($id: ID!) { auditEntries(filter: { targetId: $id, action: SESSION_TOKEN_REUSED }) { nodes { action actor { id } target { ... on Account { id } } } } }',
      { id },
    );
    expect(data).toEqual({
      auditEntries: { nodes: [{ action: 'SESSION_TOKEN_REUSED', actor: null, target: { id } }] },
    });
  });

  test('lets one of two equal tokens win, and takes the other for theft', async () => {
    await givenAccount(access, { email: 'gil@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('gil@demo.test');
    const answers = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    const won = answers.filter((answer) => answer.refreshToken !== null);
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
    'refuses a text that is no token (%#)',
    async (token) => {
      expect(codes(await refresh(token))).toEqual(['INVALID_REFRESH_TOKEN']);
    },
  );

  test('keeps nothing in the tables that would open a session', async () => {
    await givenAccount(access, { email: 'ida@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('ida@demo.test');
    const sessions = await access.services.database.fork().find(SessionEntity, {});
    const [, secret = ''] = refreshToken!.split('.');
    expect(secret.length).toBe(43);
    expect(JSON.stringify(sessions)).not.toContain(secret);
  });
});

describe('signOut', () => {
  test('ends the session of its newest token; a second time and an unknown token are answered alike', async () => {
    await givenAccount(access, { email: 'jo@demo.test', roles: ['ADMIN'] });
    const { refreshToken } = await signIn('jo@demo.test');
    const done = { signOut: { userErrors: [] } };
    expect(await signOut(refreshToken)).toEqual(done);
    expect(codes(await refresh(refreshToken))).toEqual(['INVALID_REFRESH_TOKEN']);
    expect(await signOut(refreshToken)).toEqual(done);
    expect(await signOut('nonsense')).toEqual(done);
  });

  test('changes nothing with another secret: neither a made-up one nor one that was traded in', async () => {
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

test('viewer is null when nobody is signed in', async () => {
  const { data, errors } = await access.ask(anonymous, '{ viewer { id } }');
  expect({ data, errors }).toEqual({ data: { viewer: null }, errors: [] });
});
