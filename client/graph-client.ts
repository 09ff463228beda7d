import { hash } from 'node:crypto';
import type { GraphResponse } from './graph-response.ts';
import { post } from './post.ts';
import { type RetryOptions, sendWithRetries } from './retry.ts';
import { type Account, createSession, type Session } from './session.ts';

export interface GraphOperation {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: object;
}

export interface GraphClientOptions extends RetryOptions {
  /** GraphQL address of a gateway. */
  readonly url: string;
  /** Signs in with this account before the first operation. Without account and session, operations carry no token. */
  readonly account?: Account;
  /** Takes its tokens from a session that other clients use as well. */
  readonly session?: Session;
  /** Sent with each operation. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of one attempt; half a minute by default. */
  readonly timeoutMs?: number;
  /** Ends all operations of the client, and their retries. */
  readonly signal?: AbortSignal;
  readonly clock?: () => Date;
}

/** A client of the graph over HTTP. See README.md. */
export interface GraphClient {
  /**
   * The response to one operation, with its data, its errors or both.
   * @throws GraphFailure when there is no GraphQL response, or when signing in fails
   */
  send<T = Record<string, unknown>>(
    operation: GraphOperation,
    headers?: Readonly<Record<string, string>>,
  ): Promise<GraphResponse<T>>;
}

const accept = 'application/graphql-response+json, application/json;q=0.9';

export function createGraphClient({ account, ...options }: GraphClientOptions): GraphClient {
  const { url, signal, timeoutMs, clock } = options;
  // Only the operation retries. Otherwise attempts of the sign-in and of the operation would multiply.
  const signIn = account && createGraphClient({ ...options, attempts: 1 }).send;
  const session = options.session ?? (account && signIn && createSession(signIn, account, clock));

  /** Signs in again, once, when the graph refuses the token. */
  async function sendSignedIn<T>(body: string, headers: Readonly<Record<string, string>>): Promise<GraphResponse<T>> {
    const postOptions = { signal, ...(timeoutMs !== undefined && { timeoutMs }) };
    if (!session) return post<T>(url, body, { ...postOptions, headers });
    const attempt = async (): Promise<readonly [string, GraphResponse<T>]> => {
      const token = await session.accessToken();
      const authorized = { ...headers, authorization: `Bearer ${token}` };
      return [token, await post<T>(url, body, { ...postOptions, headers: authorized })];
    };
    const [token, response] = await attempt();
    if (!isTokenRefused(response)) return response;
    session.discard(token);
    const [, second] = await attempt();
    return second;
  }

  return {
    send<T>(operation: GraphOperation, headers: Readonly<Record<string, string>> = {}) {
      const body = JSON.stringify({ ...operation, extensions: { persistedQuery: persistedQuery(operation) } });
      const all = { accept, ...options.headers, ...headers };
      return sendWithRetries(() => sendSignedIn<T>(body, all), options, signal);
    },
  };
}

/** The SHA-256 of the text, without which some deployments refuse it: see DOCUMENT_POLICY_ANONYMOUS in docs/settings.md. */
function persistedQuery({ query }: GraphOperation): object {
  return { version: 1, sha256Hash: hash('sha256', query, 'hex') };
}

/** True when nothing was executed. An operation that has data is not sent again because of the token. */
function isTokenRefused({ data, errors }: GraphResponse<unknown>): boolean {
  return data === undefined && errors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED');
}
