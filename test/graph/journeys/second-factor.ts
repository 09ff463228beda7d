import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { TOTP } from 'otpauth';
import { WebSocket } from 'ws';
import { type SessionCredential, sessionOf } from '#shared/identity/identity.ts';
import { accessTokens, createSigner, createVerifier } from '#shared/identity/tokens.ts';
import { createGraphClient } from '../../../client/graph-client.ts';
import type { GraphResponse } from '../../../client/graph-response.ts';
import type { TestGraph } from '../graph.ts';

interface Payload {
  readonly accessToken: string | null;
  readonly challenge: { readonly id: string } | null;
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly payment: { readonly id: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}
/** What a payment has led to. */
interface Paid {
  readonly codes: readonly unknown[];
  readonly id: string | undefined;
}
type Response = GraphResponse<Record<string, Payload>>;

const documents = {
  signIn: ['SignInInput', 'accessToken challenge { id }'],
  answerChallenge: ['AnswerChallengeInput', 'accessToken'],
  enrolSecondFactor: ['EnrolSecondFactorInput', 'secret'],
  confirmSecondFactor: ['ConfirmSecondFactorInput', 'accessToken recoveryCodes'],
  stepUp: ['StepUpInput', 'accessToken'],
  recordPayment: ['RecordPaymentInput', 'payment { id }'],
} as const;
type Name = keyof typeof documents;

const documentOf = (name: Name): string => {
  const [type, selection] = documents[name];
  return `mutation($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code } } }`;
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const codesOf = ({ errors }: Response) => errors.map(({ extensions }) => extensions.code);

/** An administrator with a second factor signs in and records a payment, through the gateway. */
export function secondFactor(given: () => TestGraph): void {
  const account = { email: 'biller@factor.test', password: 'tulip-orbit-mango-71' };
  /** After the enrolment. */
  let enrolled: { readonly token: string; readonly recoveryCodes: string[] };

  const send = (name: Name, input: object, token?: string): Promise<Response> =>
    given().ask(null, documentOf(name), { input }, token === undefined ? {} : bearer(token));

  async function run(name: Name, input: object, token?: string): Promise<Payload> {
    const { data, errors } = await send(name, input, token);
    const payload = data?.[name];
    expect({ name, errors, userErrors: payload?.userErrors }).toEqual({ name, errors: [], userErrors: [] });
    return payload!;
  }

  /** A token of the same session with other claims, as the access subgraph would sign it. */
  async function changed(token: string, changes: Partial<SessionCredential>, roles?: []): Promise<string> {
    const { access } = given().product.keyring;
    const identity = await createVerifier([access.publicJwk], accessTokens).verify(token);
    if (identity?.kind !== 'account') throw new Error('the access token has no account');
    const session = sessionOf(identity);
    if (!session) throw new Error('the access token is of an API key');
    const credential = { ...session, ...changes };
    return createSigner(access.privateJwk).sign({ ...identity, credential, ...(roles && { roles }) }, accessTokens, 60);
  }

  async function payment(): Promise<object> {
    const { data } = await given().ask<{ invoices: { nodes: { id: string }[] } }>(
      'admin',
      '{ invoices(first: 1) { nodes { id } } }',
    );
    return {
      invoiceId: data!.invoices.nodes[0]!.id,
      amount: { amount: '1.00', currency: 'USD' },
      method: 'WIRE',
      reference: randomUUID(),
      acceptOverpayment: true,
      idempotencyKey: randomUUID(),
    };
  }

  /** A recovery code that was not used: unlike a code by time, it does not depend on the moment of the test. */
  const recoveryCode = (): string => enrolled.recoveryCodes.pop()!;
  const ago = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

  test('the first code of the app enrols the account', async () => {
    const registered = await given().ask<{ registerAccount: Payload }>(
      'admin',
      'mutation($input: RegisterAccountInput!) { registerAccount(input: $input) { userErrors { code } } }',
      { input: { ...account, name: 'Bill', roles: ['ADMIN'], idempotencyKey: randomUUID() } },
    );
    expect(registered.data?.registerAccount.userErrors).toEqual([]);
    const before = (await run('signIn', account)).accessToken!;
    const { secret } = await run('enrolSecondFactor', { currentPassword: account.password }, before);
    const code = new TOTP({ secret }).generate();
    const { accessToken, recoveryCodes } = await run('confirmSecondFactor', { code }, before);
    enrolled = { token: accessToken!, recoveryCodes: [...recoveryCodes] };
  });

  test('the password then gets a challenge, and a code the session, whose payments need no further code', async () => {
    const { accessToken, challenge } = await run('signIn', account);
    expect(accessToken).toBeNull();
    const code = recoveryCode();
    const session = await run('answerChallenge', { id: challenge!.id, code });
    expect((await run('recordPayment', await payment(), session.accessToken!)).payment).not.toBeNull();
    const again = await send('answerChallenge', { id: challenge!.id, code });
    expect(again.data?.['answerChallenge']?.userErrors).toEqual([{ code: 'INVALID_CHALLENGE' }]);
  });

  test('a client with a code signs in, and one without says what is missing', async () => {
    const { url } = given();
    const query = '{ viewer { email } }';
    const client = createGraphClient({ url, account: { ...account, code: recoveryCode() }, attempts: 1 });
    expect((await client.send({ query })).data).toEqual({ viewer: { email: account.email } });
    await expect(createGraphClient({ url, account, attempts: 1 }).send({ query })).rejects.toMatchObject({
      code: 'CODE_REQUIRED',
    });
  });

  test.each([
    ['HTTP', payOverHttp],
    ['a websocket', payOverWebsocket],
  ])('over %s, a payment after five minutes needs a new code, and nothing is recorded before', async (_edge, pay) => {
    const input = await payment();
    const late = await changed(enrolled.token, { codeAt: ago(301) });
    const without = await changed(enrolled.token, { codeAt: undefined });
    for (const token of [late, without])
      expect(await pay(input, token)).toEqual({ codes: ['STEP_UP_REQUIRED'], id: undefined });
    const { accessToken } = await run('stepUp', { code: recoveryCode() }, late);
    const paid = await pay(input, accessToken!);
    expect(paid).toEqual({ codes: [], id: expect.any(String) });
    // The same idempotency key returns the same payment.
    expect(await pay(input, await changed(enrolled.token, { codeAt: ago(240) }))).toEqual(paid);
  });

  async function payOverHttp(input: object, token: string): Promise<Paid> {
    const response = await send('recordPayment', input, token);
    const codes = codesOf(response);
    expect(response.status).toBe(codes.length > 0 ? 403 : 200);
    return { codes, id: response.data?.['recordPayment']?.payment?.id };
  }

  /** Pays over a websocket, with the token in `connection_init`. */
  async function payOverWebsocket(input: object, token: string): Promise<Paid> {
    const client = createClient({
      url: given().url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      connectionParams: bearer(token),
      retryAttempts: 0,
    });
    try {
      const query = documentOf('recordPayment');
      for await (const { data, errors = [] } of client.iterate<Record<string, Payload>>({
        query,
        variables: { input },
      }))
        return {
          codes: errors.map(({ extensions }) => extensions?.['code']),
          id: data?.['recordPayment']?.payment?.id,
        };
      throw new Error('The gateway sent no result');
    } catch (errors) {
      if (!Array.isArray(errors)) throw errors;
      return { codes: errors.map(({ extensions }) => extensions.code), id: undefined };
    } finally {
      await client.dispose();
    }
  }

  test('an account that must enrol gets nothing else, and is told what to do', async () => {
    const token = await changed(enrolled.token, { mustEnrol: true, codeAt: undefined }, []);
    const { status, errors } = await given().ask(null, '{ shipments(first: 1) { nodes { id } } }', {}, bearer(token));
    expect([status, errors[0]?.extensions.code]).toEqual([403, 'SECOND_FACTOR_REQUIRED']);
    expect(errors[0]?.message).toContain('Call enrolSecondFactor');
    const viewer = await given().ask(null, '{ viewer { email } }', {}, bearer(token));
    expect(viewer.data).toEqual({ viewer: { email: account.email } });
  });

  test('after three wrong codes the next one has to wait, and the response says how long', async () => {
    for (let wrong = 0; wrong < 3; wrong++) {
      const { data } = await send('stepUp', { code: '000000' }, enrolled.token);
      expect(data?.['stepUp']?.userErrors).toEqual([{ code: 'INVALID_CODE' }]);
    }
    const refused = await send('stepUp', { code: recoveryCode() }, enrolled.token);
    expect(codesOf(refused)).toEqual(['RATE_LIMITED']);
    const seconds = Number(refused.errors[0]?.extensions['retryAfterSeconds']);
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(5);
    expect(refused.headers.get('retry-after')).toBe(String(seconds));
    // The challenge of another session has to wait, too.
    const { challenge } = await run('signIn', account);
    const other = await send('answerChallenge', { id: challenge!.id, code: recoveryCode() });
    expect(codesOf(other)).toEqual(['RATE_LIMITED']);
  });
}
