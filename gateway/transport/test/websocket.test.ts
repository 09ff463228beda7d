import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { RequestScope, SubgraphRequest, SubgraphResult } from '../../engine/ports.ts';
import { defaultWebSocket, type WebSocketOptions } from '../config.ts';
import { ConnectionPacer } from '../connection-pacer.ts';
import { createTransport, type Transport } from '../transport.ts';
import { client } from './harness.ts';
import { type Subscribed, startLiveSubgraph } from './live-subgraph.ts';

const subscription = (text = 'subscription { moved }'): SubgraphRequest => ({
  subgraph: 'cargo',
  kind: 'subscription',
  body: JSON.stringify({ query: text, extensions: { kept: true } }),
});

const open: Transport[] = [];
afterEach(async () => {
  for (const transport of open.splice(0)) await transport.close();
});

let resubscribed: string[] = [];
let overflows: string[] = [];
function connect(url: string, webSocket: Partial<WebSocketOptions> = {}): Transport {
  resubscribed = [];
  overflows = [];
  const transport = createTransport({
    subgraphs: { cargo: { url } },
    identityHeader: 'x-identity',
    webSocket: { lingerMs: 1, backoffMs: 1, maxBackoffMs: 10, ...webSocket },
    observer: {
      onResubscribed: (name) => void resubscribed.push(name),
      onQueueOverflow: (name, requestId) => void overflows.push(`${name} ${requestId}`),
    },
  });
  open.push(transport);
  return transport;
}

function follow(transport: Transport, scope: RequestScope = client(), request = subscription()) {
  return transport.subscribe(request, scope)[Symbol.asyncIterator]() as AsyncIterableIterator<SubgraphResult>;
}

describe('a subscription', () => {
  test('gets every event in order and ends when the subgraph completes it', async () => {
    await using subgraph = await startLiveSubgraph();
    const events = follow(connect(subgraph.url));
    const upstream = await subgraph.subscribed(1);
    for (const moved of [1, 2, 3]) upstream.next({ data: { moved } });
    upstream.complete();
    expect(await Array.fromAsync(events)).toEqual([1, 2, 3].map((moved) => ({ data: { moved } })));
  });

  test('shares one socket with all others; each carries its own identity and headers', async () => {
    await using subgraph = await startLiveSubgraph();
    const transport = connect(subgraph.url);
    const people = ['alice', 'bob'].map((name) => client(name, { headers: { 'x-identity': `token of ${name}` } }));
    const streams = people.map((scope) => follow(transport, scope));
    await subgraph.subscribed(2);
    expect(subgraph.connections).toBe(1);
    expect(subgraph.subscriptions.map(({ payload }) => payload.extensions)).toEqual(
      ['alice', 'bob'].map((name) => ({
        kept: true,
        identity: `token of ${name}`,
        headers: { 'x-identity': `token of ${name}`, 'x-request-id': 'request-1' },
      })),
    );
    for (const upstream of subgraph.subscriptions)
      upstream.next({ data: { for: upstream.payload.extensions!['identity'] } });
    const events = await Promise.all(streams.map((stream) => stream.next()));
    expect(events.map(({ value }) => value.data.for)).toEqual(['token of alice', 'token of bob']);
  });

  test('has a socket for each identity if the subgraph reads it from connection_init', async () => {
    await using subgraph = await startLiveSubgraph();
    const transport = connect(subgraph.url, { identity: 'connection' });
    const streams = ['alice', 'bob', 'alice'].map((name) => follow(transport, client(name)));
    await subgraph.subscribed(3);
    expect(subgraph.connections).toBe(2);
    const inits = subgraph.subscriptions.map(({ init }) => (init as Record<string, unknown>)['authorization']);
    expect(inits.toSorted()).toEqual(['Bearer alice', 'Bearer alice', 'Bearer bob']);
    const closed = subgraph.subscriptions.filter(
      ({ init }) => (init as { authorization: string }).authorization === 'Bearer bob',
    );
    const gone = once(closed[0]!.socket, 'close');
    await streams[1]!.return!();
    await gone; // the last subscription of an identity closes its socket
  });

  test('is ended at the subgraph when the consumer stops, also while it waits for an event', async () => {
    await using subgraph = await startLiveSubgraph();
    const events = follow(connect(subgraph.url));
    const { id } = await subgraph.subscribed(1);
    const waiting = events.next();
    await events.return!();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await subgraph.completed(id);
  });

  test('is ended at the subgraph when the client leaves', async () => {
    await using subgraph = await startLiveSubgraph();
    const leaving = new AbortController();
    const events = follow(connect(subgraph.url), client('alice', { signal: leaving.signal }));
    const { id } = await subgraph.subscribed(1);
    leaving.abort();
    await expect(events.next()).rejects.toMatchObject({ subgraph: 'cargo' });
    await subgraph.completed(id);
  });

  test('that the subgraph refuses has the errors as its last item', async () => {
    await using subgraph = await startLiveSubgraph();
    const events = follow(connect(subgraph.url));
    (await subgraph.subscribed(1)).error([{ message: 'not for you' }]);
    expect(await Array.fromAsync(events)).toEqual([{ data: null, errors: [{ message: 'not for you' }] }]);
  });
});

describe('failures', () => {
  test('all subscriptions of a subgraph that restarts are subscribed again, with renewed tokens', async () => {
    const first = await startLiveSubgraph();
    const transport = connect(first.url);
    const headers = { 'x-identity': 'old' };
    const streams = ['subscription { a }', 'subscription { b }'].map((text) =>
      follow(transport, client('alice', { headers }), subscription(text)),
    );
    (await first.subscribed(2)).next({ data: { before: true } });
    await streams[1]!.next();
    await first.crash();
    headers['x-identity'] = 'new';
    await using second = await startLiveSubgraph(first.port);
    await second.subscribed(2);
    for (const upstream of second.subscriptions) upstream.next({ data: { again: upstream.payload.query } });
    const events = await Promise.all(streams.map((stream) => stream.next()));
    expect(events.map(({ value }) => value.data.again)).toEqual(['subscription { a }', 'subscription { b }']);
    expect(second.subscriptions.map(({ payload }) => payload.extensions!['identity'])).toEqual(['new', 'new']);
    expect(resubscribed).toEqual(['cargo']);
  });

  test('subscriptions of a subgraph that was away for long are subscribed again within a second', async () => {
    const first = await startLiveSubgraph();
    const events = follow(connect(first.url));
    await first.subscribed(1);
    await first.crash();
    // In between, another server listens at the address and refuses the gateway.
    const booting = await startLiveSubgraph(first.port, (socket) => {
      socket.terminate();
      return false;
    });
    await booting.connected(40);
    await booting.crash();
    await using back = await startLiveSubgraph(first.port);
    (await back.subscribed(1)).next({ data: { moved: 1 } });
    expect((await events.next()).value).toEqual({ data: { moved: 1 } });
    const pacer = new ConnectionPacer(defaultWebSocket, () => 0);
    for (let attempt = 0; attempt < 200; attempt++) pacer.closed();
    expect([pacer.maxPauseMs, pacer.exhausted]).toEqual([1_000, false]);
  });

  test('a subgraph that stays away ends the subscription with an error', async () => {
    const subgraph = await startLiveSubgraph();
    const events = follow(connect(subgraph.url, { maxReconnects: 2 }));
    await subgraph.subscribed(1);
    await subgraph.crash();
    await expect(events.next()).rejects.toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('a subgraph that accepts connections and closes them at once is not tried forever', async () => {
    await using subgraph = await startLiveSubgraph(0, (socket) => {
      socket.close(1000);
      return false;
    });
    await expect(follow(connect(subgraph.url, { maxReconnects: 3 })).next()).rejects.toMatchObject({
      subgraph: 'cargo',
    });
  });

  test('a subgraph that stops answering pings is reconnected', async () => {
    let mute = true;
    await using subgraph = await startLiveSubgraph(0, (socket) => {
      if (mute) socket.on('message', () => socket.pause());
      mute = false;
      return true;
    });
    const events = follow(connect(subgraph.url, { pingMs: 20 }));
    const upstream = await subgraph.subscribed(1);
    upstream.next({ data: { moved: 1 } });
    expect(await events.next()).toEqual({ done: false, value: { data: { moved: 1 } } });
    expect(subgraph.connections).toBe(2);
  });

  test.each([
    ['not an object', 'text'],
    ['data of a wrong shape', { data: [] }],
    ['neither data nor errors', {}],
  ])('an event that is %s becomes an item with an error, and the subscription continues', async (_, payload) => {
    await using subgraph = await startLiveSubgraph();
    const events = follow(connect(subgraph.url));
    const upstream = await subgraph.subscribed(1);
    upstream.next(payload);
    upstream.next({ data: { moved: 2 } });
    expect((await events.next()).value).toMatchObject({
      data: null,
      errors: [{ extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false } }],
    });
    expect((await events.next()).value).toEqual({ data: { moved: 2 } });
  });

  test.each([
    ['a text', 'no', [{ message: 'no' }]],
    ['a list of texts', ['no', 'never'], [{ message: 'no' }, { message: 'never' }]],
    ['an error without a message', [{ extensions: { code: 'NO' } }], [{ extensions: { code: 'NO' } }]],
    ['nothing', undefined, [{}]],
  ])('a refusal that is %s ends its subscription only', async (_, payload, errors) => {
    await using subgraph = await startLiveSubgraph();
    const transport = connect(subgraph.url);
    const refused = follow(transport);
    const other = follow(transport);
    const [first, second] = [await subgraph.subscribed(1), await subgraph.subscribed(2)];
    first.error(payload);
    second.next({ data: { moved: 1 } });
    expect(await Array.fromAsync(refused)).toEqual([{ data: null, errors }]);
    expect((await other.next()).value).toEqual({ data: { moved: 1 } });
    expect(subgraph.connections).toBe(1);
  });

  describe.each<[string, (upstream: Subscribed) => void]>([
    ['an event that is too large', ({ next }) => next({ data: { moved: 'x'.repeat(2_000) } })],
    ['a message that is not JSON', ({ socket }) => socket.send('{')],
    ['a message of another protocol', ({ socket }) => socket.send('{"type":"data","id":"1","payload":{"data":{}}}')],
    ['a text that is not UTF-8', ({ socket }) => socket.send(Buffer.from([0xff]), { binary: false })],
    ['a broken frame', ({ stream }) => stream.write(Buffer.from([0xff, 0xff]))],
  ])('%s', (_, send) => {
    const event = (moved: number) => ({ done: false, value: { data: { moved } } });

    test('is reported to all subscriptions of the socket, which are subscribed again once and get each later event once', async () => {
      await using subgraph = await startLiveSubgraph();
      const transport = connect(subgraph.url, { maxMessageBytes: 1_000 });
      const [first, second] = [follow(transport), follow(transport)];
      send(await subgraph.subscribed(1).then(() => subgraph.subscribed(2)));
      for (const events of [first, second]) {
        expect((await events.next()).value).toMatchObject({
          errors: [{ extensions: { code: 'SUBREQUEST_MALFORMED_RESPONSE' } }],
        });
      }
      await subgraph.subscribed(4);
      await subgraph.closedTo(1);
      expect(subgraph.running).toHaveLength(2);
      for (const moved of [1, 2]) for (const upstream of subgraph.running) upstream.next({ data: { moved } });
      for (const events of [first, second])
        expect([await events.next(), await events.next()]).toEqual([event(1), event(2)]);
      expect([subgraph.connections, subgraph.subscriptions.length]).toEqual([2, 4]);
      await Promise.all([first, second].map((events) => events.return!()));
      await subgraph.closedTo(0); // no socket is left when the clients have cancelled
    });

    test('on every new socket ends the subscriptions after a few attempts', async () => {
      await using subgraph = await startLiveSubgraph();
      const events = follow(connect(subgraph.url, { maxMessageBytes: 1_000 }));
      const items: unknown[] = [];
      const ended = (async () => {
        for await (const item of events) items.push(item);
      })();
      for (let socket = 1; socket <= 4; socket++) {
        const upstream = await subgraph.subscribed(socket);
        upstream.next({ data: { moved: socket } });
        send(upstream);
      }
      await expect(ended).rejects.toMatchObject({ code: 'SUBREQUEST_MALFORMED_RESPONSE' });
      await subgraph.closedTo(0);
      expect(subgraph.connections).toBe(4);
    });
  });

  describe('a consumer that does not keep up', () => {
    const overflow = { code: 'LIVE_QUEUE_OVERFLOW', retryable: true };
    const small = { data: { moved: 'x'.repeat(100) } };
    const large = { data: { moved: 'x'.repeat(900) } };

    test.each([
      ['events', { maxBufferedEvents: 2 }, [small, small], small],
      ['bytes', { maxBufferedBytes: 1_200 }, [large, small], large],
    ])(
      'is ended when too many %s wait, after the events that it was sent before; other subscriptions of the socket continue',
      async (_, options, kept, lost) => {
        await using subgraph = await startLiveSubgraph();
        const transport = connect(subgraph.url, options);
        const slow = follow(transport, client('alice', { requestId: 'slow' }));
        const upstream = await subgraph.subscribed(1);
        const other = follow(transport);
        const undisturbed = await subgraph.subscribed(2);
        for (const event of [...kept, lost, lost]) upstream.next(event);
        await subgraph.completed(upstream.id);
        undisturbed.next(small);
        expect((await other.next()).value).toEqual(small);
        for (const event of kept) expect((await slow.next()).value).toEqual(event);
        await expect(slow.next()).rejects.toMatchObject(overflow);
        expect(await slow.next()).toEqual({ done: true, value: undefined });
        expect(overflows).toEqual(['cargo slow']);
        expect(subgraph.connections).toBe(1);
      },
    );

    test.each<[string, (upstream: Subscribed) => void]>([
      ['a refusal', ({ error }) => error([{ message: 'not for you any more' }])],
      ['an unreadable message', ({ socket }) => socket.send('{')],
    ])('gets an overflow error when there is no room for %s', async (_, send) => {
      await using subgraph = await startLiveSubgraph();
      const slow = follow(connect(subgraph.url, { maxBufferedEvents: 1 }), client('alice', { requestId: 'slow' }));
      const upstream = await subgraph.subscribed(1);
      const closed = subgraph.closedTo(0);
      upstream.next(small);
      send(upstream);
      await closed; // the last subscription has left its socket
      expect((await slow.next()).value).toEqual(small);
      await expect(slow.next()).rejects.toMatchObject(overflow);
      expect(overflows).toEqual(['cargo slow']);
    });

    test('gets a single event of any size', async () => {
      await using subgraph = await startLiveSubgraph();
      const events = follow(connect(subgraph.url, { maxBufferedBytes: 10 }));
      (await subgraph.subscribed(1)).next(large);
      expect((await events.next()).value).toEqual(large);
    });
  });

  test('closing the transport ends every subscription and its socket', async () => {
    await using subgraph = await startLiveSubgraph();
    const transport = connect(subgraph.url);
    const events = follow(transport);
    const { socket } = await subgraph.subscribed(1);
    const gone = once(socket, 'close');
    await transport.close();
    await expect(events.next()).rejects.toMatchObject({ subgraph: 'cargo' });
    await gone;
  });

  test('a reload that moves the subgraph keeps running subscriptions and sends new ones to the new address', async () => {
    await using old = await startLiveSubgraph();
    await using next = await startLiveSubgraph();
    const transport = connect(old.url);
    const running = follow(transport);
    const upstream = await old.subscribed(1);
    transport.update({ cargo: { url: next.url } });
    follow(transport);
    await next.subscribed(1);
    upstream.next({ data: { moved: 1 } });
    expect((await running.next()).value).toEqual({ data: { moved: 1 } });
  });
});
