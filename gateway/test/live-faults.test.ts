import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { type AccountIdentity, scopesOf } from '#shared/identity/identity.ts';
import { loadKeyring } from '#shared/identity/keys.ts';
import { accessTokens, createSigner } from '#shared/identity/tokens.ts';
import { post } from '../../client/post.ts';
import { startLiveGateway, watchQuery } from '../testing/live-gateway.ts';
import { readMetrics } from '../testing/metrics.ts';

interface Payload {
  readonly data?: { readonly moved: { readonly speed: number } };
  readonly errors?: readonly { readonly extensions: { readonly code: string } }[];
  readonly extensions?: { readonly live: { readonly dropped: number } };
}

/** Collects the payloads of a subscription, and how it ends. */
function watch(client: Client, ids: readonly string[]) {
  const speeds: number[] = [];
  const errors: unknown[] = [];
  let completed = false;
  let onEvent = () => {};
  const { promise: began, resolve: begin } = Promise.withResolvers<void>();
  const ended = new Promise<void>((resolve) => {
    client.subscribe<Payload['data']>(
      { query: watchQuery, variables: { ids } },
      {
        next: (payload) => {
          const { data, errors: failures } = payload as Payload;
          if (data) speeds.push(data.moved.speed);
          if (failures) errors.push(...failures.map(({ extensions }) => extensions.code));
          begin();
          onEvent();
        },
        error: (error) => {
          errors.push(error);
          resolve();
        },
        complete: () => {
          completed = true;
          resolve();
        },
      },
    );
  });
  return {
    speeds,
    errors,
    /** Resolves with the first event. */
    began,
    ended,
    isComplete: () => completed,
    /** Resolves when this speed has arrived. */
    saw: (speed: number) =>
      new Promise<void>((resolve) => {
        onEvent = () => {
          if (speeds.includes(speed)) resolve();
        };
        onEvent();
      }),
  };
}

/** Subscribes over HTTP. */
const subscribeOverHttp = (url: string, accept: string, ids: readonly string[], authorization = '') =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...(authorization && { authorization }) },
    body: JSON.stringify({ query: watchQuery, variables: { ids } }),
  });
const multipart = 'multipart/mixed;subscriptionSpec=1.0';
/** The last part of a multipart subscription that has ended. */
function lastPart(text: string): unknown {
  expect(text).toMatch(/\r\n--graphql--\r\n$/);
  return JSON.parse(text.split('\r\n--graphql').at(-2)?.split('\r\n\r\n')[1] ?? '');
}
/** Errors of the stream itself stand beside the payload (Apollo's protocol for multipart subscriptions). */
const fatal = (code: string) => ({
  payload: null,
  errors: [expect.objectContaining({ extensions: expect.objectContaining({ code, requestId: expect.any(String) }) })],
});

const subscribeMessage = (ids: readonly string[]) =>
  JSON.stringify({ id: 'slow', type: 'subscribe', payload: { query: watchQuery, variables: { ids } } });

test('a stream whose events arrive faster than they are completed ends with LIVE_QUEUE_OVERFLOW, and others continue', async () => {
  await using live = await startLiveGateway();
  const release = live.graph.holdYard();
  const flooded = watch(live.connect(), ['a']);
  await live.graph.subscribed(1);
  const overHttp = await subscribeOverHttp(live.url, multipart, ['a']);
  const other = watch(live.connect(), ['b']);
  await live.graph.subscribed(2);
  for (let speed = 0; speed < 1_100; speed++) {
    await live.graph.move('a', speed);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await live.graph.unsubscribed(1);
  await live.graph.move('b', 7);
  release();
  await flooded.ended;
  // The waiting events come first, in order, then the code and the end.
  expect(flooded.speeds.length).toBeGreaterThanOrEqual(1_000);
  expect(flooded.speeds).toEqual([...flooded.speeds.keys()]);
  expect([flooded.errors, flooded.isComplete()]).toEqual([['LIVE_QUEUE_OVERFLOW'], true]);
  expect(lastPart(await overHttp.text())).toEqual(fatal('LIVE_QUEUE_OVERFLOW'));
  await other.saw(7);
  expect(other.errors).toEqual([]);
  const metrics = await readMetrics(live.gateway.adminUrl);
  expect(metrics).toContain('gateway_subgraph_events_total{subgraph="fleet",event="queue_overflow"} 1');
});

test('a client that stops reading loses events, learns how many, and continues with the latest', async () => {
  await using live = await startLiveGateway();
  // Long ids make long messages, so a stalled connection is full after a few dozen of them.
  const id = 'x'.repeat(50_000);
  const slow = await live.socket();
  slow.send(subscribeMessage([id]));
  await live.graph.subscribed(1);
  slow.pause();
  const fast = watch(live.connect(), [id]);
  const moves = 300;
  for (let speed = 0; speed < moves; speed++) {
    await live.graph.move(id, speed);
    // The first moves may arrive before the second client has joined.
    if (fast.speeds.length > 0) await fast.saw(speed);
    else await new Promise((resolve) => setImmediate(resolve));
  }
  await fast.saw(moves - 1);

  const payloads: Payload[] = [];
  const last = new Promise<void>((resolve) => {
    slow.on('message', (data) => {
      const { payload } = JSON.parse(String(data)) as { payload: Payload };
      payloads.push(payload);
      if (payload.data?.moved.speed === moves - 1) resolve();
    });
  });
  slow.resume();
  await last;
  const speeds = payloads.map(({ data }) => data?.moved.speed ?? Number.NaN);
  expect(speeds).toEqual([...speeds].sort((one, other) => one - other));
  const dropped = payloads.reduce((sum, { extensions }) => sum + (extensions?.live.dropped ?? 0), 0);
  expect(dropped).toBeGreaterThan(0);
  expect(payloads.length + dropped).toBe(moves);
  const metrics = await readMetrics(live.gateway.adminUrl);
  expect(metrics).toContain(`gateway_live_payloads_dropped_total ${dropped}`);
});

test.each([
  ['an event stream', 'text/event-stream'],
  ['a multipart subscription', multipart],
])(
  'a client of %s that reads nothing for LIVE_PING_MS is disconnected, and its subscription ends',
  async (_kind, accept) => {
    await using live = await startLiveGateway({ live: { renewalMs: 25_000, pingMs: 200 } });
    const id = 'x'.repeat(50_000);
    const { hostname, port, pathname } = new URL(live.url);
    const slow = connect(Number(port), hostname);
    const body = JSON.stringify({ query: watchQuery, variables: { ids: [id] } });
    slow.write(
      `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\naccept: ${accept}\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    await live.graph.subscribed(1);
    for (let speed = 0; live.graph.counts.ended === 0; speed++) {
      await live.graph.move(id, speed);
      await new Promise((resolve) => setImmediate(resolve));
    }
    slow.destroy();
  },
);

test('a client that vanishes without closing is detected, and its subscription ends', async () => {
  await using live = await startLiveGateway({ live: { renewalMs: 25_000, pingMs: 500 } });
  const gone = await live.socket();
  const closed = new Promise<number>((resolve) => gone.once('close', resolve));
  gone.send(subscribeMessage(['7']));
  await live.graph.subscribed(1);
  gone.pause(); // and sends no more pongs
  await live.graph.unsubscribed(1);
  gone.resume();
  expect(await closed).toBe(1006);
});

test('the gateway stops reading from a client that sends ever more operations and reads no results', async () => {
  await using live = await startLiveGateway();
  const flood = await live.socket();
  flood.pause();
  const asked = async () => {
    const body = JSON.stringify({ query: '{ __typename }' });
    expect(await post(live.url, body)).toMatchObject({ data: { __typename: 'Query' }, errors: [] });
  };
  // The connection is full when its buffer has not changed between a few responses to another client.
  let waiting = -1;
  for (let rounds = 0; waiting <= 0 || flood.bufferedAmount !== waiting; rounds++) {
    if (rounds === 200) throw new Error('the gateway takes everything');
    waiting = flood.bufferedAmount;
    for (let count = 0; waiting === 0 && count < 4_000; count++) {
      const payload = { query: '{ nothing }', operationName: 'x'.repeat(200) };
      flood.send(JSON.stringify({ id: `${rounds}-${count}`, type: 'subscribe', payload }));
    }
    await asked();
  }
  expect(flood.bufferedAmount).toBeGreaterThan(0);
});

test('subscriptions of many clients survive restarts of the subgraph', async () => {
  await using live = await startLiveGateway();
  const watching = Array.from({ length: 20 }, (_, index) => watch(live.connect(), ['7', String(index % 2)]));
  await live.graph.subscribed(2);
  for (let restart = 1; restart <= 3; restart++) {
    live.graph.cutWebSockets();
    await live.graph.subscribed(2 + 2 * restart);
    await live.graph.move('7', restart);
    await Promise.all(watching.map(({ saw }) => saw(restart)));
  }
  expect(watching.flatMap(({ errors }) => errors)).toEqual([]);
});

test('a gateway that stops closes websockets with 1001 and sends no "complete" to any client', async () => {
  await using live = await startLiveGateway();
  const closes: Promise<number>[] = [];
  const watching = Array.from({ length: 10 }, () => {
    const client = live.connect();
    closes.push(new Promise((resolve) => client.on('closed', (event) => resolve((event as { code: number }).code))));
    return watch(client, ['7']);
  });
  const stream = await fetch(live.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: watchQuery, variables: { ids: ['7'] } }),
  });
  let flowing = true;
  let speed = 0;
  const flow = (async () => {
    while (flowing) {
      await live.graph.move('7', speed++);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  await Promise.all(watching.map(({ began }) => began));
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader();
  let received = (await reader.read()).value ?? '';
  await live.gateway.close();
  flowing = false;
  await flow;
  expect(new Set(await Promise.all(closes))).toEqual(new Set([1001]));
  expect(watching.some(({ isComplete }) => isComplete())).toBe(false);
  for (let part = await reader.read(); !part.done; part = await reader.read()) received += part.value;
  expect(received).toContain('event: next');
  expect(received).not.toContain('event: complete');
});

test('expired credentials end the subscription of their client only', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'freight-keys-'));
  try {
    await using live = await startLiveGateway({
      access: { kind: 'freight', dataDir },
      live: { renewalMs: 50, pingMs: 15_000 },
    });
    const signer = createSigner((await loadKeyring(dataDir)).access.privateJwk);
    const authorize = (seconds: number) => `Bearer ${signer.sign(dispatcher, accessTokens, seconds)}`;
    const connectFor = (seconds: number) =>
      watch(live.connect({ connectionParams: { authorization: authorize(seconds) } }), ['7']);
    const [brief, long] = [connectFor(3), connectFor(60)];
    await live.graph.subscribed(1);
    const overHttp = await subscribeOverHttp(live.url, multipart, ['7'], authorize(3));
    await brief.ended;
    expect([brief.errors, brief.isComplete()]).toEqual([['UNAUTHENTICATED'], true]);
    expect(lastPart(await overHttp.text())).toEqual(fatal('UNAUTHENTICATED'));
    await live.graph.move('7', 5);
    await long.saw(5);
    expect([long.errors, live.graph.counts.subscriptions]).toEqual([[], 1]);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

const dispatcher: AccountIdentity = {
  kind: 'account',
  accountId: '0190a6e0-0000-7000-8000-000000000001',
  credential: { kind: 'session', needsCode: false },
  organizationId: null,
  driverId: null,
  roles: ['DISPATCHER'],
  scopes: scopesOf(['DISPATCHER']),
  tier: 'ENTERPRISE',
};
