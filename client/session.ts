import { z } from 'zod';
import { parseData } from './data.ts';
import { GraphFailure } from './graph-failure.ts';
import type { GraphResponse } from './graph-response.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
  /**
   * A code of the second factor, or a recovery code, for an account that has one. A code works once, so only with a function the session can
   * begin again.
   */
  readonly code?: string | (() => string) | undefined;
}

/** Keeps an account signed in. */
export interface Session {
  /** A token that is valid for at least a minute. @throws GraphFailure, a `SignInFailure` when the account is refused */
  accessToken(): Promise<string>;
  /** Signs in anew before the next operation: the graph has refused this token. */
  discard(accessToken: string): void;
}

/** The graph refuses the e-mail address or the password. */
export class SignInFailure extends GraphFailure {
  override name = 'SignInFailure';
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

const fields = 'accessToken refreshToken expiresAt challenge { id } userErrors { code message }';
const signInMutation = `mutation SignIn($input: SignInInput!) { session: signIn(input: $input) { ${fields} } }`;
const answerMutation = `mutation AnswerChallenge($input: AnswerChallengeInput!) { session: answerChallenge(input: $input) { ${fields} } }`;
const refreshMutation = `mutation RefreshSession($input: RefreshSessionInput!) { session: refreshSession(input: $input) { ${fields} } }`;

const payload = z.object({
  session: z.object({
    accessToken: z.string().nullable(),
    refreshToken: z.string().nullable(),
    expiresAt: z.coerce.date().nullable(),
    challenge: z.object({ id: z.string() }).nullish(),
    userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
  }),
});

/** A token that expires within this time is refreshed first. */
const marginMs = 60_000;

const codeRequired =
  'This account has a second factor. Give a code of its authenticator app that was not used before, or a recovery code.';

type Send = (operation: { readonly query: string; readonly variables: object }) => Promise<GraphResponse<unknown>>;

/** @param send sends the operations of the session itself, without a token */
export function createSession(send: Send, account: Account, clock: () => Date = () => new Date()): Session {
  const { email, password } = account;
  let unusedCode = account.code;
  let tokens: Tokens | undefined;
  let renewal: Promise<Tokens> | undefined;

  async function request(query: string, input: object): Promise<Tokens> {
    const { session } = parseData(payload, await send({ query, variables: { input } }));
    const { accessToken, refreshToken, expiresAt, challenge, userErrors } = session;
    if (accessToken && refreshToken && expiresAt) return { accessToken, refreshToken, expiresAt };
    if (challenge) return answer(challenge.id);
    const [error = { code: 'UNAUTHENTICATED', message: 'The graph returned no tokens.' }] = userErrors;
    throw new SignInFailure(error.code, error.message);
  }

  /** Ends a sign-in that asks for the second factor. */
  function answer(id: string): Promise<Tokens> {
    const code = typeof unusedCode === 'function' ? unusedCode() : unusedCode;
    if (typeof unusedCode !== 'function') unusedCode = undefined;
    if (code === undefined) throw new SignInFailure('CODE_REQUIRED', codeRequired);
    return request(answerMutation, { id, code });
  }

  async function renew(): Promise<Tokens> {
    if (!tokens) return request(signInMutation, { email, password });
    try {
      return await request(refreshMutation, { refreshToken: tokens.refreshToken });
    } catch (error) {
      // The session is over. The password still holds.
      if (error instanceof SignInFailure) return request(signInMutation, { email, password });
      throw error;
    }
  }

  return {
    async accessToken() {
      if (tokens && tokens.expiresAt.getTime() - clock().getTime() > marginMs) return tokens.accessToken;
      // Operations that start at the same time share one sign-in.
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      tokens = await renewal;
      return tokens.accessToken;
    },
    discard(accessToken) {
      if (tokens?.accessToken === accessToken) tokens = undefined;
    },
  };
}
