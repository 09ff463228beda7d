import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { somebody } from '#shared/test/harness.ts';
import type { Role } from '#shared/vocabulary.ts';
import {
  type AccessUnderTest,
  clientVerifier,
  givenAccount,
  givenAdministrator,
  password,
  type SessionPayload,
  sessionFields,
  startAccess,
  type UserError,
} from './access.ts';

let access: AccessUnderTest;
beforeAll(async () => {
  access = await startAccess();
});
afterAll(() => access.close());

const newPassword = 'seven quiet lorries';

async function signIn(email: string, given = password): Promise<SessionPayload> {
  const query = `mutation($input: SignInInput!) { signIn(input: $input) ${sessionFields} }`;
  const { data } = await access.ask<{ signIn: SessionPayload }>(anonymous, query, {
    input: { email, password: given },
  });
  return data!.signIn;
}

/** True if a refresh token is still valid. The check exchanges it. */
async function isLive({ refreshToken }: SessionPayload): Promise<boolean> {
  const query = `mutation($input: RefreshSessionInput!) { refreshSession(input: $input) ${sessionFields} }`;
  const { data } = await access.ask<{ refreshSession: SessionPayload }>(anonymous, query, { input: { refreshToken } });
  return data?.refreshSession.accessToken != null;
}

/** The identity in an access token, as the gateway forwards it. */
async function identityIn({ accessToken }: SessionPayload): Promise<AccountIdentity> {
  const identity = await clientVerifier.verify(accessToken ?? '');
  if (identity?.kind !== 'account') throw new Error('an account must be signed in');
  return identity;
}

interface Payload {
  readonly account: { id: string } | null;
  readonly endedSessions: number | null;
  readonly userErrors: readonly UserError[];
}
const fields = '{ account { id } endedSessions userErrors { code field message } }';

async function changePassword(as: AccountIdentity, currentPassword: string, wanted: string) {
  const query = `mutation($input: ChangePasswordInput!) { payload: changePassword(input: $input) ${fields} }`;
  return access.ask<{ payload: Payload | null }>(as, query, { input: { currentPassword, newPassword: wanted } });
}

async function endSessions(as: AccountIdentity, input: object) {
  const query = `mutation($input: EndSessionsInput!) { payload: endSessions(input: $input) ${fields} }`;
  return access.ask<{ payload: Payload | null }>(as, query, { input });
}

async function givenPerson(name: string, roles: readonly Role[] = ['ANALYST']) {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@demo.test`;
  return { email, id: await givenAccount(access, { email, name, roles }) };
}

async function auditOf(accountId: string): Promise<string[]> {
  const admin = await givenAdministrator(access, `${newId()}@demo.test`);
  const query = 'query($id: ID) { auditEntries(filter: { targetId: $id }) { nodes { action } } }';
  const { data } = await access.ask<{ auditEntries: { nodes: { action: string }[] } }>(admin, query, { id: accountId });
  return data!.auditEntries.nodes.map(({ action }) => action);
}

describe('changePassword', () => {
  test('is not for programs with an API key, and leaves no failed sign-in', async () => {
    const accountId = await givenAccount(access, { email: 'program@access.test', roles: ['ANALYST'] });
    const program = somebody(['ANALYST'], { accountId, credential: { kind: 'apiKey', id: newId() } });
    const { errors } = await changePassword(program, 'guessed', newPassword);
    expect(errors).toMatchObject([
      {
        message: 'API keys have no password and no second factor. Sign in instead.',
        extensions: { code: 'FORBIDDEN' },
      },
    ]);
  });

  test('replaces the password, ends the other sessions and keeps the current one', async () => {
    const { email, id } = await givenPerson('Lea Lang');
    const [here, there] = [await signIn(email), await signIn(email)];
    const { data, errors } = await changePassword(await identityIn(here), password, newPassword);
    expect(errors).toEqual([]);
    expect(data?.payload).toEqual({ account: { id }, endedSessions: 1, userErrors: [] });
    expect(await isLive(there)).toBe(false);
    expect(await isLive(here)).toBe(true);
    expect((await signIn(email)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect((await signIn(email, newPassword)).userErrors).toEqual([]);
    expect(await auditOf(id)).toContain('PASSWORD_CHANGED');
  });

  test('refuses a wrong current password, and every password after five attempts', async () => {
    const { email, id } = await givenPerson('Max Moll');
    const self = await identityIn(await signIn(email));
    for (let time = 1; time <= 5; time++) {
      const { data } = await changePassword(self, 'wrong password!', newPassword);
      expect(data?.payload).toMatchObject({
        account: null,
        endedSessions: null,
        userErrors: [{ code: 'INVALID_CREDENTIALS', field: ['currentPassword'] }],
      });
    }
    const { data, errors } = await changePassword(self, password, newPassword);
    expect({ data, errors }).toMatchObject({
      data: { payload: null },
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
    const actions = await auditOf(id);
    expect(actions.filter((action) => action === 'SIGN_IN_FAILED')).toHaveLength(5);
    expect(actions).toContain('SIGN_IN_LOCKED');
  });

  test('accepts one of two changes that arrive at once', async () => {
    const { email } = await givenPerson('Nia Noll');
    const self = await identityIn(await signIn(email));
    const payloads = await Promise.all(
      [newPassword, 'eight quiet lorries'].map((wanted) => changePassword(self, password, wanted)),
    );
    expect(payloads.map(({ errors }) => errors)).toEqual([[], []]);
    const codes = payloads.map(({ data }) => data?.payload?.userErrors[0]?.code ?? 'changed');
    expect(codes.toSorted()).toEqual(['INVALID_CREDENTIALS', 'changed']);
  });

  test('is refused to a closed account and to anonymous callers', async () => {
    const { email, id } = await givenPerson('Ola Olsen');
    const self = await identityIn(await signIn(email));
    await access.services.database.fork().execute('update account set deactivated_at = now() where id = ?', [id]);
    expect((await changePassword(self, password, newPassword)).errors).toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    const query = `mutation { changePassword(input: { currentPassword: "a", newPassword: "b" }) ${fields} }`;
    expect((await access.ask(anonymous, query)).errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('a new password', () => {
  const owner = { email: 'ana.torres@sierra.test', name: 'Ana Torres' };
  const weak = [
    'aaaaaaaaaaaa',
    '            ',
    'password1234',
    'P@ssw0rd1234',
    'iloveyou1234',
    '123456789012',
    '1q2w3e4r5t6y',
    'abcdefghijkl',
    'letmeinletmein',
    'p'.repeat(128),
    owner.email,
    owner.email.toUpperCase(),
    'ana.torres12',
    'AnaTorres2026',
    'infamousfreight',
    'infamous freight 1',
  ];
  const invalid = ['elevenchars', 'x'.repeat(129), ''];

  test.each([
    ...weak.map((wanted) => ['WEAK_PASSWORD', wanted]),
    ...invalid.map((wanted) => ['INVALID_INPUT', wanted]),
  ])('is refused with %s: %s', async (code, wanted) => {
    const admin = await givenAdministrator(access, `${newId()}@demo.test`);
    const query = `mutation($input: RegisterAccountInput!) { payload: registerAccount(input: $input) {
      account { id } userErrors { code field } } }`;
    const input = { idempotencyKey: newId(), ...owner, roles: ['ANALYST'], password: wanted };
    const { data } = await access.ask(admin, query, { input });
    expect(data).toEqual({ payload: { account: null, userErrors: [{ code, field: ['password'] }] } });
  });

  test('is checked in the same way by changePassword, and the old password stays', async () => {
    const { email } = await givenPerson('Pia Pohl');
    const self = await identityIn(await signIn(email));
    for (const [wanted, code] of [
      ['pia.pohl@demo.test', 'WEAK_PASSWORD'],
      ['short', 'INVALID_INPUT'],
      [password, 'INVALID_INPUT'],
    ] as const) {
      const { data } = await changePassword(self, password, wanted);
      expect(data?.payload).toMatchObject({ account: null, userErrors: [{ code, field: ['newPassword'] }] });
    }
    expect((await signIn(email)).userErrors).toEqual([]);
  });
});

describe('endSessions', () => {
  test('ends the other sessions of the caller, or all of them', async () => {
    const { email, id } = await givenPerson('Quinn Quast');
    const [here, there] = [await signIn(email), await signIn(email)];
    const self = await identityIn(here);
    expect((await endSessions(self, {})).data?.payload).toEqual({ account: { id }, endedSessions: 1, userErrors: [] });
    expect(await isLive(there)).toBe(false);
    expect((await endSessions(self, { keepCurrent: false })).data?.payload).toMatchObject({ endedSessions: 1 });
    expect(await isLive(here)).toBe(false);
    expect(await auditOf(id)).toContain('SESSIONS_ENDED');
  });

  test('lets only administrators end the sessions of another account', async () => {
    const { email, id } = await givenPerson('Rio Roth');
    const session = await signIn(email);
    for (const role of ['DISPATCHER', 'DRIVER', 'CUSTOMER', 'ANALYST'] as const) {
      const other = await givenPerson(`Not ${role}`, role === 'CUSTOMER' ? ['ANALYST'] : [role]);
      const { errors } = await endSessions(somebody([role], { accountId: other.id }), { accountId: id });
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    const admin = await givenAdministrator(access, 'sessions.admin@demo.test');
    expect((await endSessions(admin, { accountId: id })).data?.payload).toMatchObject({ endedSessions: 1 });
    expect(await isLive(session)).toBe(false);
  });

  test.each([newId(), 'no-uuid', "' or 1=1", ''])('refuses the id %s, which has no account', async (accountId) => {
    const admin = await givenAdministrator(access, `${newId()}@demo.test`);
    const { data } = await endSessions(admin, { accountId });
    expect(data?.payload).toMatchObject({ account: null, userErrors: [{ code: 'NOT_FOUND', field: ['accountId'] }] });
  });

  test('is refused to a closed account and to anonymous callers', async () => {
    const { errors } = await endSessions(somebody(['ANALYST']), {});
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    const { errors: anonymously } = await access.ask(anonymous, `mutation { endSessions(input: {}) ${fields} }`);
    expect(anonymously).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});
