import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { somebody } from '#shared/test/harness.ts';
import { OpenSockets } from '../access/clients/open-sockets.ts';
import { type LiveGateway, startLiveGateway, watchQuery } from '../testing/live-gateway.ts';
import { readCounter } from '../testing/metrics.ts';

let live: LiveGateway;
beforeAll(async () => {
  live = await startLiveGateway({ maxSocketsPerClient: 2, maxOperationsPerSocket: 2 });
});
afterAll(() => live[Symbol.asyncDispose]());

function subscribeOverHttp(signal?: AbortSignal): Promise<Response> {
  return fetch(live.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: watchQuery, variables: { ids: ['1'] } }),
    signal: signal ?? null,
  });
}

async function upgradeStatus(): Promise<number | undefined> {
  const socket = new WebSocket(live.url.replace('http', 'ws'), 'graphql-transport-ws');
  const status = await Promise.race([
    once(socket, 'open').then(() => undefined),
    once(socket, 'unexpected-response').then(([, response]) => (response as IncomingMessage).statusCode),
  ]);
  socket.on('error', () => {});
  socket.terminate();
  return status;
}

describe('one address of clients', () => {
  test('may open CLIENT_SOCKETS websockets, and another one after one of them has closed', async () => {
    const [first] = [await live.socket(), await live.socket()];
    expect(await upgradeStatus()).toBe(429);
    const closed = once(first, 'close');
    first.close();
    await closed;
    await expect(live.socket()).resolves.toBeDefined();
    expect(await upgradeStatus()).toBe(429);
    await live.closeSockets();
  });

  test('may open CLIENT_SOCKETS subscriptions over HTTP; the next one is refused with 429', async () => {
    const leaving = new AbortController();
    await Promise.all([subscribeOverHttp(leaving.signal), subscribeOverHttp(leaving.signal)]);
    const refused = await subscribeOverHttp();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, null]);
    expect(await refused.json()).toEqual({
      errors: [
        {
          message:
            'At most 2 websockets and streams from this address may be open at once. Close one, or use one websocket for several operations.',
          extensions: { code: 'RATE_LIMITED', retryable: true, requestId: expect.any(String) },
        },
      ],
    });
    leaving.abort();
    let response = await subscribeOverHttp();
    while (response.status === 429) response = await subscribeOverHttp();
    expect(response.status).toBe(200);
    await response.body?.cancel();
  });
});

test('an account may open CLIENT_SOCKETS at all its addresses together; anonymous callers count by address only', () => {
  const sockets = new OpenSockets(2);
  const [driver, dispatcher] = [somebody(['DRIVER']), somebody(['DISPATCHER'])];
  const release = sockets.openFor(driver);
  sockets.openFor(driver);
  expect(() => sockets.openFor(driver)).toThrow(
    'At most 2 websockets and streams of this account may be open at once.',
  );
  expect(() => sockets.openFor(dispatcher)).not.toThrow();
  release();
  release();
  expect(() => sockets.openFor(driver)).not.toThrow();
  expect(() => sockets.openFor(driver)).toThrow('At most 2');
  for (let count = 0; count < 3; count++) expect(() => sockets.openFor({ kind: 'anonymous' })).not.toThrow();
});

test('one websocket may run CLIENT_OPERATIONS_PER_SOCKET operations at once; a further one is a request like any other', async () => {
  const countRefused = () =>
    readCounter(live.gateway.adminUrl, 'gateway_errors_total', { code: 'REQUEST_CONCURRENCY_LIMITED' });
  const before = await countRefused();
  const socket = await live.socket();
  const messages: { id: string; type: string; payload?: unknown }[] = [];
  const third = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      messages.push(message);
      if (message.id === '3') resolve();
    });
  });
  for (const id of ['1', '2', '3']) {
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: watchQuery, variables: { ids: [id] } } }));
  }
  await third;
  expect(messages).toEqual([
    {
      id: '3',
      type: 'error',
      payload: [
        {
          message: 'At most 2 operations may run at once on one connection. Wait until one has ended.',
          extensions: { code: 'REQUEST_CONCURRENCY_LIMITED', retryable: true, requestId: expect.any(String) },
        },
      ],
    },
  ]);
  expect((await countRefused()) - before).toBe(1);
});

test('operations beyond CLIENT_OPERATIONS_PER_SOCKET count against the rate of their client', async () => {
  const clientRates = { requests: { perSecond: 0.01, burst: 3 }, newDocuments: undefined };
  await using limited = await startLiveGateway({ maxOperationsPerSocket: 1, clientRates });
  const socket = await limited.socket();
  const codes: string[] = [];
  const all = new Promise<void>((resolve) => {
    socket.on('message', (data) => {
      const { type, payload } = JSON.parse(String(data));
      if (type === 'error') codes.push(payload[0].extensions.code);
      if (codes.length === 3) resolve();
    });
  });
  for (const id of ['1', '2', '3', '4']) {
    socket.send(JSON.stringify({ id, type: 'subscribe', payload: { query: watchQuery, variables: { ids: ['1'] } } }));
  }
  await all;
  expect(codes).toEqual(['REQUEST_CONCURRENCY_LIMITED', 'REQUEST_CONCURRENCY_LIMITED', 'RATE_LIMITED']);
});
