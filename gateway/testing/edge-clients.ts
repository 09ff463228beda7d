import { WebSocket } from 'ws';
import { type GraphError, parseResponse, type RawResponse } from '../../client/graph-response.ts';
import { postText } from '../../client/post.ts';

/** An operation to send over any edge. Its parameters may have wrong types. */
export interface EdgeRequest {
  readonly query?: unknown;
  readonly variables?: unknown;
  readonly documentId?: unknown;
  readonly operationName?: unknown;
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Record<string, string>;
}

/** What arrives before the first byte of data. */
export interface EdgeResponse {
  /** Undefined over a websocket. */
  readonly status: number | undefined;
  readonly retryAfter: string | null;
  readonly errors: readonly GraphError[];
  /** Of a websocket that the gateway has closed. */
  readonly closeCode?: number;
  readonly closeReason?: string;
}

export type Ask = (url: string, request: EdgeRequest) => Promise<EdgeResponse>;

const graphqlJson = 'application/graphql-response+json';

const post =
  (accept: string): Ask =>
  async (url, { headers, ...body }) =>
    read(await postText(url, JSON.stringify(body), { headers: { accept, ...headers } }));

function read(response: RawResponse): EdgeResponse {
  const { status, headers, errors } = parseResponse(response);
  return { status, retryAfter: headers.get('retry-after'), errors };
}

const readFetched = async (response: Response): Promise<EdgeResponse> =>
  read({ status: response.status, headers: response.headers, text: await response.text() });

const get: Ask = async (url, { headers, ...parameters }) => {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    search.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const own = { accept: graphqlJson, 'graphql-require-preflight': '1' };
  return readFetched(await fetch(`${url}?${search}`, { headers: { ...own, ...headers } }));
};

/** Reserves an event stream, opens it and sends the operation. The response is that of the first request that was refused. */
const eventConnection: Ask = async (url, { headers, ...operation }) => {
  const streamUrl = `${url}/stream`;
  const own = { accept: graphqlJson, ...headers };
  const reserved = await fetch(streamUrl, { method: 'PUT', headers: own });
  if (reserved.status !== 201) return readFetched(reserved);
  const tokenHeader = { 'x-graphql-event-stream-token': await reserved.text() };
  const leaving = new AbortController();
  const stream = await fetch(streamUrl, { headers: { ...own, ...tokenHeader }, signal: leaving.signal });
  if (stream.status !== 200) return readFetched(stream);
  try {
    const body = JSON.stringify({ ...operation, extensions: { ...operation.extensions, operationId: '1' } });
    return read(await postText(streamUrl, body, { headers: { ...own, ...tokenHeader } }));
  } finally {
    leaving.abort();
    await stream.body?.cancel().catch(() => {}); // it was aborted
  }
};

/** A bare websocket, since a client library would not send parameters of wrong types. Headers are values of `connection_init`. */
const websocket: Ask = async (url, { headers, ...payload }) => {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const send = (message: object) => socket.send(JSON.stringify(message));
  try {
    return await new Promise<EdgeResponse>((resolve) => {
      const respond = (part: Partial<EdgeResponse>) =>
        resolve({ status: undefined, retryAfter: null, errors: [], ...part });
      socket.on('open', () => send({ type: 'connection_init', payload: headers }));
      socket.on('message', (data) => {
        const message = JSON.parse(String(data));
        if (message.type === 'connection_ack') send({ id: '1', type: 'subscribe', payload });
        else respond({ errors: message.type === 'error' ? message.payload : (message.payload?.errors ?? []) });
      });
      socket.on('error', () => {}); // the close follows
      socket.on('close', (closeCode, reason) => respond({ closeCode, closeReason: String(reason) }));
    });
  } finally {
    socket.terminate();
  }
};

/** Every edge of the gateway, by name. */
export const edges = {
  POST: post(graphqlJson),
  multipart: post(`multipart/mixed; deferSpec=20220824, ${graphqlJson}`),
  'event stream': post('text/event-stream'),
  'single event connection': eventConnection,
  GET: get,
  websocket,
} as const satisfies Record<string, Ask>;

export type Edge = keyof typeof edges;
