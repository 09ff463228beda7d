import { z } from 'zod';
import { type GraphClient, GraphFailure } from './graph-client.ts';

/** An account that stays signed in: its access token is renewed before it ends. */
export interface Session {
  accessToken(): Promise<string>;
  /** Forgets the token, for instance after UNAUTHENTICATED: the next one comes from a new sign-in. */
  forget(): void;
}

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

const fields = 'accessToken refreshToken expiresAt userErrors { code message }';
const signInMutation = `mutation SimulatorSignIn($input: SignInInput!) { session: signIn(input: $input) { ${fields} } }`;
const refreshMutation = `mutation SimulatorRefresh($input: RefreshSessionInput!) { session: refreshSession(input: $input) { ${fields} } }`;

const payload = z.object({
  session: z.object({
    accessToken: z.string().nullable(),
    refreshToken: z.string().nullable(),
    expiresAt: z.coerce.date().nullable(),
    userErrors: z.array(z.object({ code: z.string(), message: z.string() })),
  }),
});

/** Tokens are renewed when less than this is left. */
const marginMs = 60_000;

export function createSession(client: GraphClient, credentials: Credentials, clock: () => Date): Session {
  let tokens: Tokens | undefined;

  async function request(mutation: string, input: object): Promise<Tokens> {
    const { session } = await client.ask(payload, mutation, { input });
    const { accessToken, refreshToken, expiresAt, userErrors } = session;
    if (accessToken && refreshToken && expiresAt) return { accessToken, refreshToken, expiresAt };
    throw new GraphFailure(userErrors[0]?.code ?? 'UNAUTHENTICATED', userErrors[0]?.message ?? 'no tokens arrived');
  }

  async function renew(refreshToken: string): Promise<Tokens> {
    try {
      return await request(refreshMutation, { refreshToken });
    } catch (error) {
      // The session is over, or its record is lost: the password still holds.
      if (error instanceof GraphFailure && error.code !== 'HTTP') return request(signInMutation, { ...credentials });
      throw error;
    }
  }

  return {
    async accessToken() {
      if (tokens && tokens.expiresAt.getTime() - clock().getTime() > marginMs) return tokens.accessToken;
      tokens = tokens ? await renew(tokens.refreshToken) : await request(signInMutation, { ...credentials });
      return tokens.accessToken;
    },
    forget() {
      tokens = undefined;
    },
  };
}
