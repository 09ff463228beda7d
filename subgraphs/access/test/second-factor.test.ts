import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type AccountIdentity, anonymous, type Identity } from '#shared/identity/identity.ts';
import { createTextSealer } from '#shared/identity/sealed-text.ts';
import { newId } from '#shared/ids.ts';
import type { Mail } from '#shared/mail/mailer.ts';
import { createLog } from '#shared/runtime/log.ts';
import { somebody } from '#shared/test/harness.ts';
import type { Role } from '#shared/vocabulary.ts';
import type { GraphResponse } from '../../../client/graph-response.ts';
import { totpCode } from '../domain/one-time-code.ts';
import { sendMails } from '../store/send-mails.ts';
import {
  type AccessUnderTest,
  clientVerifier,
  fieldKeys,
  givenAccount,
  givenAdministrator,
  givenOrganization,
  handClock,
  password,
  startAccess,
} from './access.ts';

const clock = handClock();
let access: AccessUnderTest;
beforeAll(async () => {
  // Tests sign in more often than a client may.
  access = await startAccess({ clock: clock.now, mailer, signIn: { triesPerAddress: 1_000, triesPerAccount: 100 } });
});
afterAll(() => access.close());

const sent: Mail[] = [];
const mailer = {
  async send(mail: Mail) {
    sent.push(mail);
  },
  forget: async () => {},
};

/** Sends the queued mails, and returns those to an address. */
async function mailsTo(email: string): Promise<Mail[]> {
  const sealer = createTextSealer(fieldKeys);
  const em = access.services.database.fork();
  await sendMails(em, createLog('mails', 'silent'), { mailer, sealer, clock: clock.now });
  return sent.filter(({ to }) => to === email);
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of any shape
type Any = any;

const session =
  '{ accessToken refreshToken challenge { id methods expiresAt } viewer { id } userErrors { code field } }';
const documents = {
  signIn: ['SignInInput', session],
  answerChallenge: ['AnswerChallengeInput', session],
  refreshSession: ['RefreshSessionInput', session],
  enrolSecondFactor: ['EnrolSecondFactorInput', '{ secret otpauthUrl qrSvg userErrors { code field } }'],
  confirmSecondFactor: ['ConfirmSecondFactorInput', '{ recoveryCodes accessToken viewer { id } userErrors { code } }'],
  stepUp: ['StepUpInput', '{ accessToken userErrors { code } }'],
  regenerateRecoveryCodes: ['RegenerateRecoveryCodesInput', '{ recoveryCodes userErrors { code } }'],
  removeSecondFactor: ['RemoveSecondFactorInput', '{ account { id } userErrors { code } }'],
  resetSecondFactor: ['ResetSecondFactorInput', '{ account { id } userErrors { code } }'],
} as const;

async function tryTo(as: Identity, name: keyof typeof documents, input: object): Promise<GraphResponse<Any>> {
  const [type, selection] = documents[name];
  return access.ask(as, `mutation($input: ${type}!) { ${name}(input: $input) ${selection} }`, { input });
}

async function run(as: Identity, name: keyof typeof documents, input: object): Promise<Any> {
  const { data, errors } = await tryTo(as, name, input);
  expect(errors).toEqual([]);
  return data[name];
}

/** The identity in an access token. */
async function identityIn(token: string): Promise<AccountIdentity> {
  const identity = await clientVerifier.verify(token);
  if (identity?.kind !== 'account') throw new Error('the access token has no account');
  return identity;
}

/** Somebody with a second factor, and the app that has its secret. */
interface Enrolled {
  readonly email: string;
  readonly identity: AccountIdentity;
  readonly recoveryCodes: readonly string[];
  readonly secret: string;
  /** The code of the app after the next step: an app shows each code once. */
  nextCode(): string;
}

async function enrolled(
  email: string,
  roles: readonly Role[] = ['DISPATCHER'],
  organizationId?: string,
): Promise<Enrolled> {
  const id = await givenAccount(access, { email, roles, organizationId: organizationId ?? null });
  const { accessToken } = await run(anonymous, 'signIn', { email, password });
  const before = await identityIn(accessToken);
  expect(before.accountId).toBe(id);
  const { secret } = await run(before, 'enrolSecondFactor', { currentPassword: password });
  const nextCode = () => {
    clock.advance(30);
    return totpCode(secret, clock.now());
  };
  const confirmed = await run(before, 'confirmSecondFactor', { code: nextCode() });
  const { recoveryCodes } = confirmed;
  return { email, secret, recoveryCodes, nextCode, identity: await identityIn(confirmed.accessToken) };
}

const challengeOf = async ({ email }: { email: string }): Promise<string> =>
  (await run(anonymous, 'signIn', { email, password })).challenge.id;

const codesOf = ({ userErrors }: Any) => userErrors.map(({ code }: { code: string }) => code);

async function auditOf(accountId: string): Promise<string[]> {
  const { data } = await access.ask<Any>(
    somebody(['ADMIN']),
    'query($id: ID!) { auditEntries(filter: { targetId: $id }) { nodes { action } } }',
    { id: accountId },
  );
  return data.auditEntries.nodes.map(({ action }: { action: string }) => action).reverse();
}

describe('enrolment', () => {
  test('shows the secret as text, URL and QR code, and has no effect before its first code', async () => {
    const email = 'ana@factor.test';
    await givenAccount(access, {
      email,
      roles: ['CUSTOMER'],
      organizationId: await givenOrganization(access, 'Factor'),
    });
    const caller = await identityIn((await run(anonymous, 'signIn', { email, password })).accessToken);
    const shown = await run(caller, 'enrolSecondFactor', { currentPassword: password });
    expect(shown).toMatchObject({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      otpauthUrl: `otpauth://totp/Infamous%20Freight:ana%40factor.test?issuer=Infamous%20Freight&secret=${shown.secret}&algorithm=SHA1&digits=6&period=30`,
      qrSvg: expect.stringMatching(/^<svg .*<\/svg>$/s),
    });
    expect(await run(anonymous, 'signIn', { email, password })).toMatchObject({
      challenge: null,
      viewer: { id: caller.accountId },
    });
    const wrong = await run(caller, 'confirmSecondFactor', { code: '000000' });
    expect({ codes: codesOf(wrong), recoveryCodes: wrong.recoveryCodes }).toEqual({
      codes: ['INVALID_CODE'],
      recoveryCodes: null,
    });
  });

  test('needs the current password', async () => {
    const email = 'bea@factor.test';
    const accountId = await givenAccount(access, { email, roles: ['DISPATCHER'] });
    const caller = somebody(['DISPATCHER'], {
      accountId,
      credential: { kind: 'session', id: newId(), needsCode: false },
    });
    expect(codesOf(await run(caller, 'enrolSecondFactor', { currentPassword: 'guess' }))).toEqual([
      'INVALID_CREDENTIALS',
    ]);
  });

  test('the first code returns ten recovery codes and a token that says when it was given, and ends other sessions', async () => {
    const email = 'cem@factor.test';
    await givenAccount(access, { email, roles: ['DISPATCHER'] });
    const other = await run(anonymous, 'signIn', { email, password });
    const own = await identityIn((await run(anonymous, 'signIn', { email, password })).accessToken);
    const { secret } = await run(own, 'enrolSecondFactor', { currentPassword: password });
    const now = clock.now();
    const confirmed = await run(own, 'confirmSecondFactor', { code: totpCode(secret, now) });
    expect(new Set(confirmed.recoveryCodes).size).toBe(10);
    expect((await identityIn(confirmed.accessToken)).credential).toEqual({
      ...own.credential,
      needsCode: true,
      codeAt: Math.floor(now.getTime() / 1000),
    });
    expect(codesOf(await run(anonymous, 'refreshSession', { refreshToken: other.refreshToken }))).toEqual([
      'INVALID_REFRESH_TOKEN',
    ]);
    expect(codesOf(await run(own, 'enrolSecondFactor', { currentPassword: password }))).toEqual(['INVALID_STATE']);
  });

  test('the table has neither the secret nor a recovery code', async () => {
    const { identity, secret, recoveryCodes } = await enrolled('dan@factor.test');
    const em = access.services.database.fork();
    const rows = await em.execute(
      `select f.secret, r.hash from second_factor f join recovery_code r using (account_id) where account_id = '${identity.accountId}'`,
    );
    expect(rows.length).toBe(10);
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
      expect(JSON.stringify(rows)).not.toContain(text);
    }
  });

  test('the account itself and administrators see its state', async () => {
    const { identity } = await enrolled('eva@factor.test');
    const query = 'query($id: ID!) { account(id: $id) { secondFactor { confirmedAt recoveryCodesLeft } } }';
    const seenBy = async (as: Identity) => (await access.ask<Any>(as, query, { id: identity.accountId })).data.account;
    const seen = { secondFactor: { confirmedAt: expect.any(String), recoveryCodesLeft: 10 } };
    expect(await seenBy(identity)).toEqual(seen);
    expect(await seenBy(somebody(['ADMIN']))).toEqual(seen);
    expect(await seenBy(somebody(['ANALYST']))).toEqual({ secondFactor: null });
  });
});

describe('signing in with a second factor', () => {
  test('the password gets a challenge and no tokens, and a code the session', async () => {
    const ana = await enrolled('fay@factor.test');
    const first = await run(anonymous, 'signIn', { email: ana.email, password });
    expect(first).toEqual({
      accessToken: null,
      refreshToken: null,
      viewer: null,
      userErrors: [],
      challenge: {
        id: expect.any(String),
        methods: ['TOTP', 'RECOVERY_CODE'],
        expiresAt: new Date(clock.now().getTime() + 300_000).toISOString(),
      },
    });
    const code = ana.nextCode();
    const answered = await run(anonymous, 'answerChallenge', { id: first.challenge.id, code });
    expect(answered).toMatchObject({ viewer: { id: ana.identity.accountId }, challenge: null, userErrors: [] });
    const codeAt = Math.floor(clock.now().getTime() / 1000);
    expect(await identityIn(answered.accessToken)).toMatchObject({
      roles: ['DISPATCHER'],
      credential: { needsCode: true, codeAt },
    });

    clock.advance(600);
    const refreshed = await run(anonymous, 'refreshSession', { refreshToken: answered.refreshToken });
    expect(await identityIn(refreshed.accessToken)).toMatchObject({ credential: { codeAt } });
    // A challenge is answered once.
    expect(codesOf(await run(anonymous, 'answerChallenge', { id: first.challenge.id, code: ana.nextCode() }))).toEqual([
      'INVALID_CHALLENGE',
    ]);
  });

  test('a wrong password gets the same answer as for any other account', async () => {
    const { email } = await enrolled('gus@factor.test');
    await givenAccount(access, { email: 'plain@factor.test', roles: ['DISPATCHER'] });
    const ask = async (address: string) => {
      const { data, errors, status } = await tryTo(anonymous, 'signIn', { email: address, password: 'guess' });
      return { data, errors, status };
    };
    const answers = [await ask(email), await ask('plain@factor.test'), await ask('nobody@factor.test')];
    expect(answers[0]?.data.signIn).toMatchObject({ challenge: null, userErrors: [{ code: 'INVALID_CREDENTIALS' }] });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test('codes of the step before and after are accepted, and no others', async () => {
    const { secret, identity } = await enrolled('hal@factor.test');
    for (const [steps, outcome] of [
      [-2, ['INVALID_CODE']],
      [2, ['INVALID_CODE']],
      [-1, []],
      [1, []],
    ] as const) {
      clock.advance(3_600);
      const code = totpCode(secret, new Date(clock.now().getTime() + steps * 30_000));
      expect([steps, codesOf(await run(identity, 'stepUp', { code }))]).toEqual([steps, outcome]);
    }
  });

  test('a code works once, also at the same time', async () => {
    const ida = await enrolled('ida@factor.test');
    const code = ida.nextCode();
    const answers = await Promise.all([1, 2, 3].map(() => run(ida.identity, 'stepUp', { code })));
    expect(answers.map(codesOf).sort()).toEqual([[], ['INVALID_CODE'], ['INVALID_CODE']]);
  });

  test('a recovery code works once, as people type it', async () => {
    const { recoveryCodes, ...jan } = await enrolled('jan@factor.test');
    const [code = ''] = recoveryCodes;
    const typed = code.toLowerCase().replaceAll('-', ' ');
    expect(codesOf(await run(anonymous, 'answerChallenge', { id: await challengeOf(jan), code: typed }))).toEqual([]);
    expect(codesOf(await run(anonymous, 'answerChallenge', { id: await challengeOf(jan), code }))).toEqual([
      'INVALID_CODE',
    ]);
    const made = await run(jan.identity, 'regenerateRecoveryCodes', { code: jan.nextCode() });
    expect(made.recoveryCodes.length).toBe(10);
    const answer = async (given: string) =>
      codesOf(await run(anonymous, 'answerChallenge', { id: await challengeOf(jan), code: given }));
    expect(await answer(recoveryCodes[1] ?? '')).toEqual(['INVALID_CODE']);
    expect(await answer(made.recoveryCodes[1])).toEqual([]);
    expect(await auditOf(jan.identity.accountId)).toEqual(
      expect.arrayContaining(['RECOVERY_CODE_USED', 'RECOVERY_CODES_REPLACED']),
    );
  });

  test('a challenge is over after five minutes, and with the sessions of its account', async () => {
    const kim = await enrolled('kim@factor.test');
    const answer = async (id: string) => codesOf(await run(anonymous, 'answerChallenge', { id, code: kim.nextCode() }));
    const late = await challengeOf(kim);
    clock.advance(300);
    expect(await answer(late)).toEqual(['INVALID_CHALLENGE']);
    const ended = await challengeOf(kim);
    await access.ask(kim.identity, 'mutation { endSessions(input: {}) { userErrors { code } } }');
    expect(await answer(ended)).toEqual(['INVALID_CHALLENGE']);
    expect(await answer('no id')).toEqual(['INVALID_CHALLENGE']);
  });

  test('five wrong codes end a challenge', async () => {
    const lea = await enrolled('lea@factor.test');
    const id = await challengeOf(lea);
    for (let wrong = 0; wrong < 5; wrong++) {
      expect(codesOf(await run(anonymous, 'answerChallenge', { id, code: '000000' }))).toEqual(['INVALID_CODE']);
      clock.advance(20);
    }
    expect(codesOf(await run(anonymous, 'answerChallenge', { id, code: lea.nextCode() }))).toEqual([
      'INVALID_CHALLENGE',
    ]);
  });
});

describe('after wrong codes', () => {
  test('the delay grows, over every challenge and session, and a right code ends it', async () => {
    const mia = await enrolled('mia@factor.test');
    const answer = async (code: string) => tryTo(anonymous, 'answerChallenge', { id: await challengeOf(mia), code });
    const delays: unknown[] = [];
    for (let wrong = 0; wrong < 4; wrong++) {
      expect(codesOf((await answer('000000')).data.answerChallenge)).toEqual(['INVALID_CODE']);
      const { errors } = await tryTo(mia.identity, 'stepUp', { code: '111111' });
      const [refused] = errors;
      const seconds = Number(refused?.extensions['retryAfterSeconds'] ?? 0);
      if (refused) expect(refused.extensions.code).toBe('RATE_LIMITED');
      delays.push(seconds);
      clock.advance(seconds);
    }
    // The first refusal of stepUp counts as the second wrong code.
    expect(delays).toEqual([0, 5, 10, 20]);
    await answer('000000');
    const right = await tryTo(mia.identity, 'stepUp', { code: mia.nextCode() });
    expect(right.errors[0]?.extensions.code).toBe('RATE_LIMITED');
    clock.advance(40);
    expect(codesOf(await run(mia.identity, 'stepUp', { code: mia.nextCode() }))).toEqual([]);
    expect(codesOf(await run(mia.identity, 'stepUp', { code: '000000' }))).toEqual(['INVALID_CODE']);
    expect(await auditOf(mia.identity.accountId)).toEqual(
      expect.arrayContaining(['SECOND_FACTOR_ENROLLED', 'SECOND_FACTOR_FAILED', 'SECOND_FACTOR_LOCKED', 'STEPPED_UP']),
    );
  });
});

describe('removal', () => {
  test('needs a code, and afterwards the password is enough', async () => {
    const nia = await enrolled('nia@factor.test');
    expect(codesOf(await run(nia.identity, 'removeSecondFactor', { code: '000000' }))).toEqual(['INVALID_CODE']);
    expect(codesOf(await run(nia.identity, 'removeSecondFactor', { code: nia.nextCode() }))).toEqual([]);
    expect(await run(anonymous, 'signIn', { email: nia.email, password })).toMatchObject({
      challenge: null,
      accessToken: expect.any(String),
    });
    expect(await auditOf(nia.identity.accountId)).toContain('SECOND_FACTOR_REMOVED');
    expect(await mailsTo(nia.email)).toMatchObject([{ subject: 'Your second factor was removed' }]);
  });

  test('an administrator removes it for somebody who has lost the phone', async () => {
    const oda = await enrolled('oda@factor.test');
    const admin = await givenAdministrator(access, 'admin@factor.test');
    expect(codesOf(await run(admin, 'resetSecondFactor', { accountId: newId() }))).toEqual(['NOT_FOUND']);
    expect(codesOf(await run(admin, 'resetSecondFactor', { accountId: oda.identity.accountId }))).toEqual([]);
    expect(codesOf(await run(admin, 'resetSecondFactor', { accountId: oda.identity.accountId }))).toEqual([
      'INVALID_STATE',
    ]);
    expect((await run(anonymous, 'signIn', { email: oda.email, password })).accessToken).toEqual(expect.any(String));
    expect(await auditOf(oda.identity.accountId)).toContain('SECOND_FACTOR_RESET');
    expect(await mailsTo(oda.email)).toMatchObject([{ subject: 'Your second factor was removed' }]);
    const refused = await tryTo(somebody(['DISPATCHER']), 'resetSecondFactor', { accountId: oda.identity.accountId });
    expect(refused.errors[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('a change that needs a recent code', () => {
  const change =
    'mutation($input: CreateOrganizationInput!) { createOrganization(input: $input) { userErrors { code } } }';
  const createAs = async (as: Identity) => {
    const input = { idempotencyKey: newId(), name: `Made ${newId()}` };
    return (await access.ask(as, change, { input })).errors.map(({ extensions }) => extensions.code);
  };

  test('is refused by the subgraph, too, without one and five minutes after it', async () => {
    const pia = await enrolled('pia@factor.test', ['ADMIN']);
    expect(await createAs(pia.identity)).toEqual([]);
    clock.advance(299);
    expect(await createAs(pia.identity)).toEqual([]);
    clock.advance(1);
    expect(await createAs(pia.identity)).toEqual(['STEP_UP_REQUIRED']);
    const { accessToken } = await run(pia.identity, 'stepUp', { code: pia.nextCode() });
    expect(await createAs(await identityIn(accessToken))).toEqual([]);
    expect(await createAs({ ...pia.identity, credential: { kind: 'session', needsCode: true } })).toEqual([
      'STEP_UP_REQUIRED',
    ]);
  });

  test('is allowed without one where no second factor is needed', async () => {
    expect(await createAs(await givenAdministrator(access, 'free@factor.test'))).toEqual([]);
  });
});

describe('with SECOND_FACTOR=required', () => {
  let strict: AccessUnderTest;
  beforeAll(async () => {
    strict = await startAccess({ clock: clock.now, secondFactor: 'required' });
  });
  afterAll(() => strict.close());
  const ask = async (as: Identity, query: string, variables = {}) => strict.ask<Any>(as, query, variables);
  const signIn = async (email: string) => {
    const query = `mutation($input: SignInInput!) { signIn(input: $input) ${session} }`;
    return identityIn((await ask(anonymous, query, { input: { email, password } })).data.signIn.accessToken);
  };

  test('the first administrator can only enrol, and is an administrator afterwards', async () => {
    await givenAccount(strict, { email: 'first@factor.test', roles: ['ADMIN'] });
    const before = await signIn('first@factor.test');
    expect(before).toMatchObject({ roles: [], scopes: [], credential: { mustEnrol: true } });
    const accounts = '{ accounts(first: 1) { nodes { email } } }';
    for (const refused of [
      accounts,
      `{ account(id: "${before.accountId}") { id } }`,
      'mutation { endSessions(input: {}) { userErrors { code } } }',
    ]) {
      expect((await ask(before, refused)).errors[0]?.extensions.code).toBe('SECOND_FACTOR_REQUIRED');
    }
    expect((await ask(before, '{ viewer { email } }')).data).toEqual({ viewer: { email: 'first@factor.test' } });
    const enrol =
      'mutation($input: EnrolSecondFactorInput!) { enrolSecondFactor(input: $input) { secret userErrors { code } } }';
    const { secret } = (await ask(before, enrol, { input: { currentPassword: password } })).data.enrolSecondFactor;
    const confirm =
      'mutation($input: ConfirmSecondFactorInput!) { confirmSecondFactor(input: $input) { accessToken userErrors { code } } }';
    const confirmed = await ask(before, confirm, { input: { code: totpCode(secret, clock.now()) } });
    const after = await identityIn(confirmed.data.confirmSecondFactor.accessToken);
    expect(after).toMatchObject({ roles: ['ADMIN'], credential: { needsCode: true } });
    expect((await ask(after, accounts)).data.accounts.nodes).toEqual([{ email: 'first@factor.test' }]);
  });

  test('a customer may work without a second factor, but sensitive changes need one', async () => {
    const organizationId = await givenOrganization(strict, 'Strict Foods');
    await givenAccount(strict, { email: 'ship@factor.test', roles: ['PARTNER'], organizationId });
    const partner = await signIn('ship@factor.test');
    expect(partner).toMatchObject({ roles: ['PARTNER'], credential: { needsCode: true } });
    const create = 'mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { userErrors { code } } }';
    const { errors } = await ask(partner, create, { input: { idempotencyKey: newId(), name: 'Key' } });
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('enrol one first'),
      extensions: { code: 'STEP_UP_REQUIRED' },
    });
  });
});
