import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { GraphQLFormattedError } from 'graphql';
import { pino } from 'pino';
import { anonymous } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import {
  type AccessUnderTest,
  givenAccount,
  givenAdministrator,
  password,
  type SessionPayload,
  sessionFields,
  startAccess,
} from './access.ts';

const wrong = 'wrong password!';
const signInMutation = `mutation($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) ${sessionFields} }`;
const lines: { event?: string; accountId?: string | null; clientAddress?: string; level: number }[] = [];

let access: AccessUnderTest;
beforeAll(async () => {
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  access = await startAccess({ signIn: { triesPerAddress: 12 }, log });
});
afterAll(() => access.close());

/** The time changes only with `setSystemTime`. Timers run normally. */
beforeEach(() => {
  jest.useFakeTimers({
    doNotFake: [
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
      'setTimeout',
      'clearTimeout',
    ],
  });
});
afterEach(() => {
  jest.useRealTimers();
});

let addresses = 0;
/** An address without sign-ins. */
const newAddress = () => `192.0.2.${++addresses}`;

async function attempt(address: string, email: string, given = password) {
  const variables = { email, password: given };
  const { data, errors } = await access.ask<{ signIn: SessionPayload | null }>(anonymous, signInMutation, variables, {
    'x-client-address': address,
  });
  return { payload: data?.signIn, errors };
}

/** The outcome of an attempt: the code of its refusal, or `signed in`. */
async function outcome(address: string, email: string, given = password): Promise<string> {
  const { payload, errors } = await attempt(address, email, given);
  return String(errors[0]?.extensions?.['code'] ?? payload?.userErrors[0]?.code ?? 'signed in');
}

async function fail(address: string, email: string, times: number): Promise<void> {
  for (let time = 1; time <= times; time++) expect(await outcome(address, email, wrong)).toBe('INVALID_CREDENTIALS');
}

const pauseOf = ([error]: readonly GraphQLFormattedError[]) => Number(error?.extensions?.['retryAfterSeconds']);

describe('one account from one address', () => {
  test('has five attempts, and can sign in again exactly when the refusal says', async () => {
    await givenAccount(access, { email: 'cy@demo.test', roles: ['ADMIN'] });
    const address = newAddress();
    await fail(address, 'cy@demo.test', 5);
    const { payload, errors } = await attempt(address, 'cy@demo.test');
    expect(payload).toBeNull();
    expect(errors).toMatchObject([
      {
        message: 'Too many attempts to sign in. Try again in 900 seconds.',
        path: ['signIn'],
        extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: 900 },
      },
    ]);
    const lockedAt = Date.now();
    jest.setSystemTime(lockedAt + 899_000);
    const later = await attempt(address, 'cy@demo.test');
    expect(pauseOf(later.errors)).toBe(1);
    jest.setSystemTime(lockedAt + 900_000);
    expect(await outcome(address, 'cy@demo.test')).toBe('signed in');
  });

  test('has five new attempts after a success', async () => {
    await givenAccount(access, { email: 'di@demo.test', roles: ['ADMIN'] });
    const address = newAddress();
    await fail(address, 'di@demo.test', 4);
    expect(await outcome(address, 'DI@demo.test')).toBe('signed in');
    await fail(address, 'di@demo.test', 4);
  });

  test('is refused in the same way if the account does not exist', async () => {
    const address = newAddress();
    await fail(address, 'ghost@demo.test', 5);
    expect(await outcome(address, 'ghost@demo.test')).toBe('RATE_LIMITED');
  });

  test('counts attempts that arrive at once', async () => {
    const address = newAddress();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => outcome(address, 'dee@demo.test', wrong)));
    expect(outcomes.toSorted()).toEqual([
      ...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'),
      ...Array.from({ length: 5 }, () => 'RATE_LIMITED'),
    ]);
  });

  test('is locked only for itself: other addresses and other accounts can sign in', async () => {
    await givenAccount(access, { email: 'victim@demo.test', roles: ['ADMIN'] });
    await givenAccount(access, { email: 'neighbour@demo.test', roles: ['ADMIN'] });
    const [attacker, home] = [newAddress(), newAddress()];
    await fail(attacker, 'victim@demo.test', 5);
    expect(await outcome(attacker, 'victim@demo.test')).toBe('RATE_LIMITED');
    expect(await outcome(home, 'victim@demo.test')).toBe('signed in');
    expect(await outcome(attacker, 'neighbour@demo.test')).toBe('signed in');
  });
});

describe('one address', () => {
  test('has a limit of attempts for all accounts together', async () => {
    const address = newAddress();
    for (let account = 1; account <= 12; account++) await fail(address, `spray${account}@demo.test`, 1);
    const { errors } = await attempt(address, 'spray13@demo.test', wrong);
    expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 900 } }]);
  });

  test('of IPv6 counts as its /64 network', async () => {
    await fail('2001:db8:7:1::1', 'ghost@demo.test', 3);
    await fail('2001:db8:7:1:ffff::2', 'ghost@demo.test', 2);
    expect(await outcome('2001:db8:7:1::3', 'ghost@demo.test')).toBe('RATE_LIMITED');
    expect(await outcome('2001:db8:7:2::1', 'ghost@demo.test')).toBe('INVALID_CREDENTIALS');
  });
});

test('one request can sign in once: a second attempt in it is refused, and the first succeeds', async () => {
  await givenAccount(access, { email: 'twice@demo.test', roles: ['ADMIN'] });
  const input = `{ email: "twice@demo.test", password: "${password}" }`;
  const { data, errors } = await access.ask(
    anonymous,
    `mutation { first: signIn(input: ${input}) { userErrors { code } } second: signIn(input: ${input}) { accessToken } }`,
    {},
    { 'x-client-address': newAddress() },
  );
  expect(data).toEqual({ first: { userErrors: [] }, second: null });
  expect(errors).toMatchObject([{ path: ['second'], extensions: { code: 'MAX_ROOT_FIELDS_LIMIT' } }]);
});

describe('operators see', () => {
  async function counts(): Promise<Record<string, number>> {
    const text = await (await fetch(access.url.replace('/graphql', '/metrics'))).text();
    const found = text.matchAll(/^access_session_events_total\{event="(\w+)".*\} (\d+)$/gm);
    return Object.fromEntries([...found].map(([, event, count]) => [event, Number(count)]));
  }

  test('each sign-in, failure, lock, sign-out and copied token in the audit trail, the log and the metrics', async () => {
    const address = newAddress();
    const accountId = await givenAccount(access, { email: 'watched@demo.test', roles: ['ADMIN'] });
    const before = await counts();
    lines.length = 0;

    await fail(address, 'watched@demo.test', 4);
    const first = (await attempt(address, 'watched@demo.test')).payload!;
    const token = (refreshToken: string | null) => ({ refreshToken });
    const refresh = 'mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { refreshToken } }';
    const signOut = 'mutation($input: SignOutInput!) { signOut(input: $input) { userErrors { code } } }';
    const headers = { 'x-client-address': address };
    await access.ask(anonymous, refresh, { input: token(first.refreshToken) }, headers);
    await access.ask(anonymous, refresh, { input: token(first.refreshToken) }, headers);
    const second = (await attempt(address, 'watched@demo.test')).payload!;
    await access.ask(anonymous, signOut, { input: token(second.refreshToken) }, headers);
    await fail(address, 'watched@demo.test', 5);
    expect(await outcome(address, 'watched@demo.test')).toBe('RATE_LIMITED');

    const after = await counts();
    const added = Object.entries(after).map(([event, count]) => [event, count - (before[event] ?? 0)]);
    expect(Object.fromEntries(added)).toMatchObject({
      signed_in: 2,
      sign_in_failed: 9,
      sign_in_locked: 1,
      sign_in_refused: 1,
      signed_out: 1,
      refreshed: 1,
      refresh_refused: 1,
      refresh_token_reused: 1,
    });

    const events = lines.filter(({ event }) => event !== undefined);
    expect(new Set(events.map((line) => line.accountId))).toEqual(new Set([accountId]));
    expect(new Set(events.map((line) => line.clientAddress))).toEqual(new Set([address]));
    expect(events.map(({ event }) => event)).toEqual([
      ...Array.from({ length: 4 }, () => 'sign_in_failed'),
      'signed_in',
      'refresh_token_reused',
      'signed_in',
      'signed_out',
      ...Array.from({ length: 5 }, () => 'sign_in_failed'),
      'sign_in_locked',
    ]);
    const written = JSON.stringify(lines);
    for (const secret of [password, wrong, 'watched@demo.test', first.accessToken!, first.refreshToken!]) {
      expect(written).not.toContain(secret);
    }

    const query = `query($id: ID) { auditEntries(first: 100, filter: { targetId: $id }) {
      nodes { action actor { id } clientAddress } } }`;
    const admin = await givenAdministrator(access, `${newId()}@demo.test`);
    const { data } = await access.ask<{ auditEntries: { nodes: { action: string }[] } }>(admin, query, {
      id: accountId,
    });
    const entries = Map.groupBy(data!.auditEntries.nodes, ({ action }) => action);
    expect(Object.fromEntries([...entries].map(([action, { length }]) => [action, length]))).toEqual({
      SIGN_IN_FAILED: 9,
      SIGN_IN_LOCKED: 1,
      SIGNED_IN: 2,
      SESSION_TOKEN_REUSED: 1,
      SIGNED_OUT: 1,
    });
    expect(entries.get('SIGN_IN_FAILED')?.[0]).toMatchObject({ actor: null, clientAddress: address });
    expect(entries.get('SIGNED_OUT')?.[0]).toMatchObject({ actor: { id: accountId }, clientAddress: address });
  });

  test('failures with unknown e-mail addresses, without the address', async () => {
    const address = newAddress();
    await fail(address, 'nobody@demo.test', 1);
    const admin = await givenAdministrator(access, `${newId()}@demo.test`);
    const query =
      '{ auditEntries(first: 1, filter: { actions: [SIGN_IN_FAILED] }) { nodes { target { __typename } changes { field } clientAddress } } }';
    const { data } = await access.ask(admin, query);
    expect(data).toEqual({ auditEntries: { nodes: [{ target: null, changes: [], clientAddress: address }] } });
  });
});
