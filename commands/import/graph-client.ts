import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ConfigurationError } from '#shared/runtime/config.ts';

/** Sends one operation and answers with its data. @throws GraphFailure */
export interface GraphClient {
  send<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T>;
}

/** The graph answered with errors instead of data. */
export class GraphFailure extends Error {
  override name = 'GraphFailure';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SignInOptions {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  /** What the account must be allowed to do. */
  readonly scopes: readonly string[];
}

const responseSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.object({
        message: z.string(),
        extensions: z.object({ code: z.string(), retryable: z.boolean(), requestId: z.string() }).partial().default({}),
      }),
    )
    .default([]),
});
type Answer = z.infer<typeof responseSchema>;

const sessionSchema = z.object({
  signIn: z.object({
    accessToken: z.string().nullable(),
    viewer: z.object({ scopes: z.array(z.string()) }).nullable(),
    userErrors: z.array(z.object({ message: z.string() })),
  }),
});

const attempts = 5;
const signInMutation = `mutation ImportSignIn($input: SignInInput!) {
  signIn(input: $input) { accessToken viewer { scopes } userErrors { message } } }`;

/**
 * A client of the gateway that is signed in, signs in again when its token expires, and tries again when the gateway says
 * that this may help, after the time that the gateway asks for. Everything that it sends can be repeated.
 * @throws ConfigurationError when the account may not do what the client is for
 */
export async function signedInClient({ url, email, password, scopes }: SignInOptions): Promise<GraphClient> {
  let token = await signIn();

  async function signIn(): Promise<string> {
    const { data, errors } = await post(url, {}, signInMutation, { input: { email, password } });
    const session = sessionSchema.safeParse(data);
    if (!session.success) throw failureOf(errors);
    const { accessToken, viewer, userErrors } = session.data.signIn;
    if (!accessToken) {
      throw new ConfigurationError(`--email, --password: ${userErrors.map(({ message }) => message).join(' ')}`);
    }
    requireScopes(email, scopes, viewer?.scopes ?? []);
    return accessToken;
  }

  return {
    async send<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        const { data, errors } = await post(url, { authorization: `Bearer ${token}` }, query, variables);
        if (errors.length === 0) return data as T; // the shape that the query selects
        const failure = failureOf(errors);
        if (failure.code !== 'UNAUTHENTICATED' || attempt === attempts) throw failure;
        token = await signIn();
      }
    },
  };
}

function requireScopes(email: string, required: readonly string[], held: readonly string[]): void {
  const missing = required.find((scope) => !held.includes(scope));
  if (missing === undefined) return;
  throw new ConfigurationError(`--email: the scope ${missing} is required; ${email} has ${held.join(', ') || 'none'}`);
}

function failureOf(errors: Answer['errors']): GraphFailure {
  const [first] = errors;
  if (!first) return new GraphFailure('INTERNAL_SERVER_ERROR', 'The answer has neither data nor errors.');
  const { code = 'INTERNAL_SERVER_ERROR', requestId } = first.extensions;
  const messages = errors.map(({ message }) => message).join(' ');
  return new GraphFailure(code, requestId === undefined ? messages : `${messages} (request ${requestId})`);
}

async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  query: string,
  variables: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const { status, retryAfter, text } = await reach(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.timeout(60_000),
    });
    const answer = parseResponse(text);
    if (attempt < attempts && (status === 429 || status === 503 || answer?.errors.some(mayPass))) {
      await pause(1_000 * Math.min(60, retryAfter || attempt));
    } else if (answer) return answer;
    else
      throw new ConfigurationError(`--url: a GraphQL endpoint is required; ${url} answered ${status} without GraphQL`);
  }
}

function parseResponse(text: string): Answer | undefined {
  try {
    return responseSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** True for an error that the same request may not meet again. */
function mayPass({ extensions: { code, retryable } }: Answer['errors'][number]): boolean {
  return retryable === true || code === 'OUTCOME_UNKNOWN';
}

async function reach(url: string, request: RequestInit): Promise<{ status: number; retryAfter: number; text: string }> {
  try {
    const response = await fetch(url, request);
    const retryAfter = Number(response.headers.get('retry-after'));
    return { status: response.status, retryAfter, text: await response.text() };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new ConfigurationError(`--url: a running gateway is required; ${url}: ${cause}`);
  }
}
