import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { GraphqlAnswer } from './test-gateway.ts';

/** What a client asks for, whichever edge it uses. */
export interface EdgeRequest {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly headers?: Record<string, string>;
}

/** What comes back before the first byte of data: over websockets there is no status. */
export interface EdgeAnswer {
  readonly status: number | undefined;
  readonly retryAfter: string | null;
  readonly errors: GraphqlAnswer['errors'];
}

export type Ask = (url: string, request: EdgeRequest) => Promise<EdgeAnswer>;

const contentType = { 'content-type': 'application/json' };

const post =
  (accept: string): Ask =>
  async (url, { headers, ...body }) =>
    read(
      await fetch(url, { method: 'POST', headers: { ...contentType, accept, ...headers }, body: JSON.stringify(body) }),
    );

async function read(response: Response): Promise<EdgeAnswer> {
  const { errors } = (await response.json()) as Pick<GraphqlAnswer, 'errors'>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), errors };
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
    return read(await fetch(`${url}?${search}`, { headers: { accept, 'graphql-require-preflight': '1', ...headers } }));
  },
  async websocket(url, { headers, ...payload }) {
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: headers ?? {},
    });
    try {
      const errors = await new Promise<EdgeAnswer['errors']>((resolve, reject) => {
        client.subscribe(payload, {
          next: (result) => resolve((result as Pick<EdgeAnswer, 'errors'>).errors),
          error: (error) => (Array.isArray(error) ? resolve(error as EdgeAnswer['errors']) : reject(error)),
          complete: () => resolve(undefined),
        });
      });
      return { status: undefined, retryAfter: null, errors };
    } finally {
      await client.dispose();
    }
  },
};
