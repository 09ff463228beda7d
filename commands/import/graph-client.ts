import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '#shared/config.ts';

/** Sends one operation and answers with its data. */
export interface GraphClient {
  send<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T>;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

const attempts = 5;
const signInMutation = `mutation ImportSignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken userErrors { message } } }`;

/**
 * A client of the gateway that is signed in, signs in again when its token expires, and waits as long as the gateway asks
 * it to (429, 503). Everything that it sends can be repeated.
 */
export async function signedInClient(url: string, email: string, password: string): Promise<GraphClient> {
  let token = await signIn();

  async function signIn(): Promise<string> {
    const { data } = await post(url, {}, signInMutation, { input: { email, password } });
    const { signIn: session } = data as { signIn: { accessToken: string | null; userErrors: { message: string }[] } };
    if (session.accessToken) return session.accessToken;
    throw new ConfigurationError(`--email, --password: ${session.userErrors.map(({ message }) => message).join(' ')}`);
  }

  return {
    async send<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        const { data, errors = [] } = await post(url, { authorization: `Bearer ${token}` }, query, variables);
        if (errors.length === 0) return data as T; // the shape that the query selects
        const expired = errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
        if (!expired || attempt === attempts) throw new Error(errors.map(({ message }) => message).join(' '));
        token = await signIn();
      }
    },
  };
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const response = await reach(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(60_000),
    });
    if ((response.status === 429 || response.status === 503) && attempt < attempts) {
      await response.body?.cancel();
      await pause(1_000 * Math.min(60, Number(response.headers.get('retry-after')) || attempt));
      continue;
    }
    const text = await response.text();
    try {
      return JSON.parse(text) as Answer;
    } catch {
      throw new ConfigurationError(
        `--url: a GraphQL endpoint is required; ${url} answered ${response.status} without JSON`,
      );
    }
  }
}

async function reach(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ConfigurationError(`--url: a running gateway is required; ${url}: ${cause}`);
  }
}
