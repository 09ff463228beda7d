import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type GraphError, parseResponse, type RawResponse } from '../../client/graph-response.ts';
import { postText } from '../../client/post.ts';

/** An operation to send over any edge. */
export interface EdgeRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly headers?: Record<string, string>;
}

/** What arrives before the first byte of data. Over websockets there is no status. */
export interface EdgeResponse {
  readonly status: number | undefined;
  readonly retryAfter: string | null;
  readonly errors: readonly GraphError[];
}

export type Ask = (url: string, request: EdgeRequest) => Promise<EdgeResponse>;

const post =
  (accept: string): Ask =>
  async (url, { headers, ...body }) =>
    read(await postText(url, JSON.stringify(body), { headers: { accept, ...headers } }));

function read(response: RawResponse): EdgeResponse {
  const { status, headers, errors } = parseResponse(response);
  return { status, retryAfter: headers.get('retry-after'), errors };
}

/** Every edge of the gateway, by name. */
export const edges: Readonly<Record<string, Ask>> = {
  POST: post('application/graphql-response+json'),
  multipart: post('multipart/mixed; deferSpec=20220824, application/graphql-response+json'),
  'event stream': post('text/event-stream'),
  async GET(url, { headers, query, variables, operationName }) {
    const search = new URLSearchParams({ query });
    if (variables) search.set('variables', JSON.stringify(variables));
    if (operationName !== undefined) search.set('operationName', operationName);
    const accept = 'application/graphql-response+json';
    const response = await fetch(`${url}?${search}`, {
      headers: { accept, 'graphql-require-preflight': '1', ...headers },
    });
    return read({ status: response.status, headers: response.headers, text: await response.text() });
  },
  async websocket(url, { headers, ...payload }) {
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: headers ?? {},
    });
    try {
      const errors = await new Promise<EdgeResponse['errors']>((resolve, reject) => {
        client.subscribe(payload, {
          next: (result) => resolve((result as Partial<EdgeResponse>).errors ?? []),
          error: (error) => (Array.isArray(error) ? resolve(error as EdgeResponse['errors']) : reject(error)),
          complete: () => resolve([]),
        });
      });
      return { status: undefined, retryAfter: null, errors };
    } finally {
      await client.dispose();
    }
  },
};
