import { z } from 'zod';
import { GraphFailure } from './graph-failure.ts';
import { type GraphResponse, parseResponse, type RawResponse } from './graph-response.ts';

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Until the whole response has arrived; half a minute by default. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export type Body = string | Uint8Array<ArrayBuffer>;

/** Sends a body as it is. @throws GraphFailure */
export async function post<T>(url: string, body: Body, options: PostOptions = {}): Promise<GraphResponse<T>> {
  return parseResponse(await postText(url, body, options));
}

/** Sends a body as it is, for callers that need the text of the response. @throws GraphFailure */
export async function postText(url: string, body: Body, options: PostOptions = {}): Promise<RawResponse> {
  const { headers, timeoutMs = 30_000, signal } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) {
      throw new GraphFailure('TIMEOUT', `${url} did not respond within ${timeoutMs / 1_000} s.`, { cause: error });
    }
    throw new GraphFailure('CONNECTION_FAILED', `${url} can't be reached: ${describeCause(error)}`, { cause: error });
  }
}

const withCause = z.object({ cause: z.object({ message: z.string(), code: z.string().optional() }) });

/** `fetch` wraps the error of the connection, which says more: `connect ECONNREFUSED 127.0.0.1:4000`. */
function describeCause(error: unknown): string {
  const wrapped = withCause.safeParse(error).data;
  // A name with several addresses fails with an empty message.
  return wrapped ? wrapped.cause.message || (wrapped.cause.code ?? '') : String(error);
}
