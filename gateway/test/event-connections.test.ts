import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import { somebody } from '#shared/test/harness.ts';
import { post } from '../../client/post.ts';
import { type LiveGateway, startLiveGateway, watchQuery } from '../testing/live-gateway.ts';

let live: LiveGateway;
let url: string;
beforeAll(async () => {
  live = await startLiveGateway({ maxSocketsPerClient: 4, maxOperationsPerSocket: 2 });
  url = `${live.url}/stream`;
});
afterAll(() => live[Symbol.asyncDispose]());

const tokenHeader = 'x-graphql-event-stream-token';
const json = { 'content-type': 'application/json' };

async function reserve(to = url): Promise<string> {
  const response = await fetch(to, { method: 'PUT' });
  expect(response.status).toBe(201);
  return response.text();
}
const operate = (token: string, body: object, to = url) =>
  fetch(to, { method: 'POST', headers: { ...json, [tokenHeader]: token }, body: JSON.stringify(body) });
const watching = (operationId: string) => ({
  query: watchQuery,
  variables: { ids: ['9'] },
  extensions: { operationId },
});
/** Opens an event stream over a bare connection, which reads nothing until `resume`. */
async function openUnread(token: string, to = url): Promise<Socket> {
  const { hostname, port, pathname } = new URL(to);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname}?token=${token} HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  await once(socket, 'readable'); // the head of the response
  return socket;
}
/** An operation whose result is larger than all buffers between the gateway and a client. */
const large = (operationId: string) => ({
  query: `query ($id: ID!) { ${nine((index) => `a${index}: vehicle(id: $id) { ${nine((inner) => `p${inner}: plate`)} }`)} }`,
  variables: { id: 'x'.repeat(190_000) },
  extensions: { operationId },
});
const nine = (text: (index: number) => string) => Array.from({ length: 9 }, (_, index) => text(index)).join(' ');
const small = (operationId: string) => ({ query: '{ vehicle(id: "7") { plate } }', extensions: { operationId } });
const codeOf = async (response: Response) => {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return [response.status, errors[0]?.extensions.code];
};

describe('several operations over one event stream', () => {
  test('a client of graphql-sse gets queries, @defer and subscriptions, and ends one of them', async () => {
    const client = createClient({ url, singleConnection: true, retryAttempts: 0 });
    const moves = client.iterate({ query: watchQuery, variables: { ids: ['7'] } });
    const first = moves.next();
    await live.graph.subscribed(1);
    const query = client.iterate({ query: '{ vehicle(id: "7") { plate } }' });
    expect((await query.next()).value).toEqual({ data: { vehicle: { plate: 'PLATE-7' } } });
    expect((await query.next()).done).toBe(true);
    const parts = client.iterate({ query: '{ vehicle(id: "7") { plate ... @defer { yard } } }' });
    expect([(await parts.next()).value, (await parts.next()).value]).toEqual([
      { data: { vehicle: { plate: 'PLATE-7' } }, hasNext: true },
      { incremental: [{ path: ['vehicle'], data: { yard: 'Yard 7' } }], hasNext: false },
    ]);
    await live.graph.move('7', 2);
    expect((await first).value).toEqual({
      data: { moved: { speed: 2, vehicle: { plate: 'PLATE-7', yard: 'Yard 7' } } },
    });
    await moves.return?.();
    await live.graph.unsubscribed(1);
    client.dispose();
  });

  test('a client that closes the stream ends its operations', async () => {
    const token = await reserve();
    const leaving = new AbortController();
    const stream = await fetch(`${url}?token=${token}`, { signal: leaving.signal });
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect((await operate(token, watching('one'))).status).toBe(202);
    await live.graph.subscribed(1);
    leaving.abort();
    await live.graph.unsubscribed(1);
    await expect(stream.text()).rejects.toThrow(); // read here, since fetch cancels a response that was collected as garbage
  });

  test('refusals are sent in the response to the request and do not affect the stream', async () => {
    const token = await reserve();
    const refused = async (response: Promise<Response>) => codeOf(await response);
    expect(await refused(operate('nobody', watching('one')))).toEqual([404, 'NOT_FOUND']);
    expect(await refused(fetch(url, { headers: { [tokenHeader]: 'nobody' } }))).toEqual([404, 'NOT_FOUND']);
    expect(await refused(operate(token, { query: '{ nothing }', extensions: { operationId: 'x' } }))).toEqual([
      400,
      'GRAPHQL_VALIDATION_FAILED',
    ]);
    expect(await refused(operate(token, { query: watchQuery }))).toEqual([400, 'BAD_REQUEST']);
    const leaving = new AbortController();
    const stream = await fetch(url, { headers: { [tokenHeader]: token }, signal: leaving.signal });
    expect(await refused(fetch(url, { headers: { [tokenHeader]: token } }))).toEqual([409, 'CONFLICT']);
    expect((await operate(token, watching('one'))).status).toBe(202);
    expect(await refused(operate(token, watching('one')))).toEqual([409, 'CONFLICT']);
    expect((await operate(token, watching('two'))).status).toBe(202);
    expect(await refused(operate(token, watching('three')))).toEqual([503, 'REQUEST_CONCURRENCY_LIMITED']);
    const ended = await fetch(`${url}?operationId=two`, { method: 'DELETE', headers: { [tokenHeader]: token } });
    expect(ended.status).toBe(200);
    expect((await operate(token, watching('three'))).status).toBe(202);
    leaving.abort();
    await expect(stream.text()).rejects.toThrow(); // read here, since fetch cancels a response that was collected as garbage
  });

  test('a client that does not read its stream makes further operations wait until it reads', async () => {
    const token = await reserve();
    const stream = await openUnread(token);
    expect((await operate(token, large('large'))).status).toBe(202);
    let isAccepted = false;
    const waiting = operate(token, small('small')).then(({ status }) => {
      isAccepted = true;
      return status;
    });
    for (let count = 0; count < 10; count++) await post(live.url, '{"query":"{ __typename }"}');
    expect(isAccepted).toBe(false);
    let text = '';
    const ended = new Promise<void>((resolve) => {
      stream.on('data', (bytes) => {
        text = text.slice(-1_000) + String(bytes);
        if (text.includes('event: complete\ndata: {"id":"small"}')) resolve();
      });
    });
    expect(await waiting).toBe(202);
    await ended;
    stream.destroy();
  });

  test('a client that reads nothing for LIVE_PING_MS is disconnected, and its operations end', async () => {
    await using strict = await startLiveGateway({ live: { renewalMs: 25_000, pingMs: 1_000 } });
    const to = `${strict.url}/stream`;
    const token = await reserve(to);
    const stream = await openUnread(token, to);
    expect((await operate(token, watching('moves'), to)).status).toBe(202);
    await strict.graph.subscribed(1);
    expect((await operate(token, large('large'), to)).status).toBe(202);
    expect(await codeOf(await operate(token, small('small'), to))).toEqual([499, 'REQUEST_CANCELLED']);
    await strict.graph.unsubscribed(1);
    expect(await codeOf(await operate(token, small('small'), to))).toEqual([404, 'NOT_FOUND']);
    stream.destroy();
  });

  test('a client that leaves while its operation waits cancels it', async () => {
    const token = await reserve();
    const stream = await openUnread(token);
    expect((await operate(token, large('large'))).status).toBe(202);
    const leaving = new AbortController();
    const body = JSON.stringify(watching('one'));
    const headers = { ...json, [tokenHeader]: token };
    const left = fetch(url, { method: 'POST', headers, body, signal: leaving.signal });
    await post(live.url, '{"query":"{ __typename }"}'); // its response shows that the gateway has read the request before it
    leaving.abort();
    await expect(left).rejects.toThrow();
    stream.resume();
    // The id is free again as soon as the gateway has noticed.
    let again = await operate(token, { query: '{', extensions: { operationId: 'one' } });
    while (again.status === 409) again = await operate(token, { query: '{', extensions: { operationId: 'one' } });
    stream.destroy();
  });

  test('reservations count as open streams of their address', async () => {
    let response: Response;
    do response = await fetch(url, { method: 'PUT' });
    while (response.status === 201);
    expect(await codeOf(response)).toEqual([429, 'RATE_LIMITED']);
  });
});

test('an event stream belongs to the account that reserved it; to every other caller it does not exist', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  try {
    await using signedIn = await startLiveGateway({ access: { kind: 'freight', dataDir } });
    const to = `${signedIn.url}/stream`;
    const signer = createSigner((await loadKeyring(dataDir)).access.privateJwk);
    const headersOf = (identity: AccountIdentity) => ({
      authorization: `Bearer ${signer.sign(identity, accessTokens, 60)}`,
    });
    const [owner, other] = [headersOf(somebody(['DISPATCHER'])), headersOf(somebody(['CUSTOMER']))];
    const attempts = async (token: string, headers: Record<string, string>) => {
      const own = { ...headers, [tokenHeader]: token };
      const leaving = new AbortController();
      const stream = await fetch(to, { headers: own, signal: leaving.signal });
      const body = JSON.stringify(small('1'));
      const posted = await fetch(to, { method: 'POST', headers: { ...json, ...own }, body });
      const ended = await fetch(`${to}?operationId=1`, { method: 'DELETE', headers: own });
      leaving.abort();
      await stream.text().catch(() => {}); // read here, since fetch cancels a response that was collected as garbage
      return [stream, posted, ended].map(({ status }) => status);
    };
    const reserveFor = async (headers: Record<string, string>) => (await fetch(to, { method: 'PUT', headers })).text();
    const token = await reserveFor(owner);
    expect(await attempts(token, other)).toEqual([404, 404, 404]);
    expect(await attempts(token, {})).toEqual([404, 404, 404]);
    expect(await attempts(token, { authorization: 'Bearer nonsense' })).toEqual([401, 401, 401]);
    expect(await attempts(token, owner)).toEqual([200, 202, 200]);
    const anonymous = await reserveFor({});
    expect(await attempts(anonymous, other)).toEqual([200, 202, 200]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
