import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An operation as the graph received it. */
export interface Received {
  /** Name of the operation. */
  readonly operation: string;
  readonly token: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into variables of any shape
  readonly variables: any;
  readonly headers: IncomingHttpHeaders;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or the text of a body that is none. */
  readonly body: unknown;
}

/** A server in the place of the graph: it replies as told and remembers what it received. */
export interface ScriptedGraph {
  readonly url: string;
  readonly received: readonly Received[];
  close(): Promise<void>;
}

/** @param reply to the operation that arrived as number `count`; undefined leaves the client without a response */
export async function startScriptedGraph(
  reply: (received: Received, count: number) => Reply | undefined,
): Promise<ScriptedGraph> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
      const operation = /(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '';
      const token = request.headers.authorization?.replace('Bearer ', '') ?? null;
      const one: Received = { operation, token, variables, headers: request.headers };
      received.push(one);
      const scripted = reply(one, received.length);
      if (!scripted) return;
      const { status = 200, headers = {}, body } = scripted;
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    received,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The response to a sign-in or a refresh. */
export function sessionReply(name: string, expiresAt: Date): Reply {
  const tokens = { accessToken: `access-${name}`, refreshToken: `refresh-${name}`, expiresAt, userErrors: [] };
  return { body: { data: { session: tokens } } };
}

/** The response to a sign-in or a refresh that is refused. */
export function refusedSession(code: string, message: string): Reply {
  const none = { accessToken: null, refreshToken: null, expiresAt: null };
  return { body: { data: { session: { ...none, userErrors: [{ code, message }] } } } };
}
