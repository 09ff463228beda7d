import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { anonymous } from '#shared/identity/identity.ts';
import { createTextSealer } from '#shared/identity/sealed-text.ts';
import type { Mail } from '#shared/mail/mailer.ts';
import { createLog } from '#shared/runtime/log.ts';
import { sendMails } from '../store/send-mails.ts';
import {
  type AccessUnderTest,
  clientVerifier,
  fieldKeys,
  givenAccount,
  givenAdministrator,
  handClock,
  password,
  type SessionPayload,
  sessionFields,
  startAccess,
  type UserError,
} from './access.ts';

const clock = handClock();
const sealer = createTextSealer(fieldKeys);
let sent: (Mail & { readonly id: string })[] = [];
/** The error of the next attempts to send. */
let failure: Error | undefined;
const mailer = {
  async send(mail: Mail, id: string) {
    if (failure) throw failure;
    sent.push({ ...mail, id });
  },
  async forget(address: string) {
    sent = sent.filter(({ to }) => to !== address);
  },
};

let access: AccessUnderTest;
beforeAll(async () => {
  access = await startAccess({ mailer, clock: clock.now });
});
afterAll(() => access.close());
beforeEach(async () => {
  failure = undefined;
  await deliver();
  sent = [];
});

const newPassword = 'seven quiet lorries';
let networks = 0;
/** Headers of a client in a network of its own, so that the limits of the tests do not add up. */
const elsewhere = () => ({ 'x-client-address': `198.51.100.${++networks}` });

async function payloadOf(name: string, type: string, input: object, headers = elsewhere()) {
  const query = `mutation($input: ${type}!) { payload: ${name}(input: $input) { userErrors { code field } } }`;
  return access.ask<{ payload: { userErrors: UserError[] } | null }>(anonymous, query, { input }, headers);
}
const request = (email: string) => payloadOf('requestPasswordReset', 'RequestPasswordResetInput', { email });
const reset = async (token: string, wanted = newPassword) => {
  const { data } = await payloadOf('resetPassword', 'ResetPasswordInput', { token, newPassword: wanted });
  return data!.payload!.userErrors.map(({ code }) => code);
};

async function textOf(statement: string): Promise<string> {
  return JSON.stringify(await access.services.database.fork().execute(statement));
}

const deliver = () =>
  sendMails(access.services.database.fork(), createLog('mails', 'silent'), { mailer, sealer, clock: clock.now });
const tokenIn = ({ text }: Mail) => /token: (\S+)/.exec(text)?.[1] ?? '';

async function signIn(email: string, given: string): Promise<SessionPayload> {
  const query = `mutation($input: SignInInput!) { signIn(input: $input) ${sessionFields} }`;
  const { data } = await access.ask<{ signIn: SessionPayload }>(
    anonymous,
    query,
    { input: { email, password: given } },
    elsewhere(),
  );
  return data!.signIn;
}

async function requestedToken(email: string): Promise<string> {
  await request(email);
  await deliver();
  return tokenIn(sent.at(-1)!);
}

describe('somebody who has lost the password', () => {
  test('gets a mail with a token, and replaces the password with it', async () => {
    const email = 'ida.ihle@demo.test';
    const id = await givenAccount(access, { email, roles: ['ANALYST'] });
    const before = await signIn(email, password);
    expect((await request(' Ida.Ihle@demo.test ')).data).toEqual({ payload: { userErrors: [] } });
    await deliver();
    expect(sent).toMatchObject([{ to: email, subject: 'Reset your password' }]);
    expect(await reset(tokenIn(sent[0]!))).toEqual([]);
    await deliver();
    expect(sent[1]).toMatchObject({ to: email, subject: 'Your password was changed' });
    expect((await signIn(email, password)).userErrors).toMatchObject([{ code: 'INVALID_CREDENTIALS' }]);
    expect((await signIn(email, newPassword)).userErrors).toEqual([]);
    const query = `mutation($input: RefreshSessionInput!) { refreshSession(input: $input) ${sessionFields} }`;
    const { data } = await access.ask(anonymous, query, { input: { refreshToken: before.refreshToken } });
    expect(data).toMatchObject({ refreshSession: { userErrors: [{ code: 'INVALID_REFRESH_TOKEN' }] } });
    const actions = await textOf(`select json_agg(action) from audit.entry where target_id = '${id}'`);
    for (const action of ['PASSWORD_RESET_REQUESTED', 'PASSWORD_RESET']) expect(actions).toContain(`"${action}"`);
  });

  test('uses each token once, within 30 minutes, and only the newest one', async () => {
    const email = 'jan.jung@demo.test';
    await givenAccount(access, { email, roles: ['ANALYST'] });
    const older = await requestedToken(email);
    const newer = await requestedToken(email);
    expect(await reset(older)).toEqual(['INVALID_RESET_TOKEN']);
    expect(await reset(newer, 'password1234')).toEqual(['WEAK_PASSWORD']);
    expect(await reset(newer, 'short')).toEqual(['INVALID_INPUT']);
    expect((await Promise.all([reset(newer), reset(newer)])).flat()).toEqual(['INVALID_RESET_TOKEN']);
    const late = await requestedToken(email);
    clock.advance(1_801);
    expect(await reset(late)).toEqual(['INVALID_RESET_TOKEN']);
    expect(await reset('nonsense\0')).toEqual(['INVALID_RESET_TOKEN']);
  });

  test('loses the token when the password changes in another way', async () => {
    const email = 'kim.kuhn@demo.test';
    await givenAccount(access, { email, roles: ['ANALYST'] });
    const token = await requestedToken(email);
    const identity = await clientVerifier.verify((await signIn(email, password)).accessToken ?? '');
    const query = 'mutation($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { code } } }';
    await access.ask(identity!, query, { input: { currentPassword: password, newPassword } });
    expect(await reset(token, 'eight quiet lorries')).toEqual(['INVALID_RESET_TOKEN']);
    await deliver();
    expect(sent.at(-1)).toMatchObject({ to: email, subject: 'Your password was changed' });
  });

  test.each(['nobody@demo.test', 'no address', 'a\0b@demo.test', ''])(
    'gets the same response for the address %j, which has no account, and no mail is sent',
    async (email) => {
      expect((await request(email)).data).toEqual({ payload: { userErrors: [] } });
      await deliver();
      expect(sent).toEqual([]);
    },
  );

  test.each(['lia.lux@demo.test', 'unknown@demo.test'])('gets at most five mails an hour: %s', async (email) => {
    if (email.startsWith('lia')) await givenAccount(access, { email, roles: ['ANALYST'] });
    for (let time = 1; time <= 5; time++) expect((await request(email)).errors).toEqual([]);
    expect(await request(email)).toMatchObject({
      data: { payload: null },
      errors: [{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) } }],
    });
  });
});

describe('a mail', () => {
  test('is sent later with the same id when the server refuses it, and is not lost', async () => {
    const email = 'max.mai@demo.test';
    await givenAccount(access, { email, roles: ['ANALYST'] });
    await request(email);
    failure = Object.assign(new Error('try later'), { responseCode: 451 });
    await deliver();
    failure = undefined;
    await deliver();
    expect(sent).toEqual([]); // not before the pause is over
    clock.advance(6);
    await deliver();
    await deliver();
    expect(sent).toMatchObject([{ to: email }]);
  });

  test('and its token are not readable in the database', async () => {
    const email = 'nele.nau@demo.test';
    await givenAccount(access, { email, roles: ['ANALYST'] });
    await request(email);
    const text = await textOf(
      'select json_build_array((select json_agg(m) from outgoing_mail m), (select json_agg(r) from password_reset r))',
    );
    await deliver();
    expect(text).not.toContain(email);
    expect(text).not.toContain(tokenIn(sent[0]!));
  });
});

test('a system without a mail server says so', async () => {
  const off = await startAccess({ mailer: null });
  try {
    const query = 'mutation { requestPasswordReset(input: { email: "a@demo.test" }) { userErrors { code } } }';
    expect((await off.ask(anonymous, query)).data).toMatchObject({
      requestPasswordReset: { userErrors: [{ code: 'INVALID_STATE' }] },
    });
  } finally {
    await off.close();
  }
});

test('the erasure of a person deletes the mails to the address: those that wait, and those that the mailer keeps', async () => {
  const [erased, other] = ['gone@demo.test', 'stays@demo.test'];
  const accountId = await givenAccount(access, { email: erased, roles: ['DRIVER'] });
  await givenAccount(access, { email: other, roles: ['DRIVER'] });
  await Promise.all([request(erased), request(other)]);
  await deliver();
  expect(sent.map(({ to }) => to).toSorted()).toEqual([erased, other]);
  failure = new Error('no server');
  await Promise.all([request(erased), request(other)]);
  const admin = await givenAdministrator(access, 'admin@erasing.test');
  const erase = 'mutation($id: ID!) { erasePersonalData(input: { accountId: $id }) { userErrors { code } } }';
  expect((await access.ask(admin, erase, { id: accountId })).data).toEqual({ erasePersonalData: { userErrors: [] } });
  failure = undefined;
  await deliver();
  expect(sent.map(({ to }) => to)).toEqual([other, other]);
});

test('a mail that is being sent while its person is erased is not kept', async () => {
  const email = 'leaving@demo.test';
  const accountId = await givenAccount(access, { email, roles: ['DRIVER'] });
  await request(email);
  const admin = await givenAdministrator(access, 'admin@leaving.test');
  const erase = 'mutation($id: ID!) { erasePersonalData(input: { accountId: $id }) { userErrors { code } } }';
  const slow = {
    ...mailer,
    async send(mail: Mail, id: string) {
      await access.ask(admin, erase, { id: accountId });
      await mailer.send(mail, id);
    },
  };
  await sendMails(access.services.database.fork(), createLog('mails', 'silent'), {
    mailer: slow,
    sealer,
    clock: clock.now,
  });
  expect(sent).toEqual([]);
});
