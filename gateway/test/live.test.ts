import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import type { Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Gateway } from '../gateway.ts';
import { type LiveGateway, startLiveGateway, watchQuery as watch } from '../testing/live-gateway.ts';
import type { LiveGraph } from '../testing/live-graph.ts';

let live: LiveGateway;
let graph: LiveGraph;
let gateway: Gateway;
let url: string;

beforeEach(async () => {
  live = await startLiveGateway();
  ({ graph, gateway, url } = live);
});
afterEach(() => live[Symbol.asyncDispose]());

const payloadOf = (speed: number, id: string) => ({
  data: { moved: { speed, vehicle: { plate: `PLATE-${id}`, yard: `Yard ${id}` } } },
});

function connect(retryAttempts = 0): Client {
  return live.connect({ retryAttempts });
}

describe('a subscription over graphql-ws', () => {
  test('brings every event with the fields of all subgraphs', async () => {
    const events = connect().iterate({ query: watch, variables: { ids: ['7', '8'] } });
    await graph.subscribed(1);
    await graph.move('7', 1.5);
    await graph.move('8', 2);
    expect([(await events.next()).value, (await events.next()).value]).toEqual([
      payloadOf(1.5, '7'),
      payloadOf(2, '8'),
    ]);
    await events.return?.();
    await graph.unsubscribed(1);
  });

  test('of many equal clients costs one upstream stream and one enrichment per event', async () => {
    const streams = [connect(), connect(), connect()].map((client) =>
      client.iterate({ query: watch, variables: { ids: ['7'] } }),
    );
    const arrivals = streams.map((stream) => stream.next());
    await graph.subscribed(1);
    // Further clients join without a request to the subgraph, so moves are sent until every client has received one.
    let open = arrivals.length;
    for (const arrival of arrivals) void arrival.then(() => open--);
    let moves = 0;
    while (open > 0) {
      await graph.move('7', 3);
      moves++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    for (const arrival of arrivals) expect((await arrival).value).toEqual(payloadOf(3, '7'));
    expect(graph.counts.subscriptions).toBe(1);
    expect(graph.counts.enrichments).toBeLessThanOrEqual(moves);
    for (const stream of streams) await stream.return?.();
    await graph.unsubscribed(1);
  });

  test('with other variables has a stream of its own', async () => {
    const client = connect();
    const [one, other] = ['7', '8'].map((id) => client.iterate({ query: watch, variables: { ids: [id] } }));
    await graph.subscribed(2);
    await graph.move('8', 4);
    expect((await other!.next()).value).toEqual(payloadOf(4, '8'));
    await graph.move('7', 5);
    expect((await one!.next()).value).toEqual(payloadOf(5, '7'));
  });

  test('continues after the connection to the subgraph was lost', async () => {
    const events = connect().iterate({ query: watch, variables: { ids: ['7'] } });
    await graph.subscribed(1);
    await graph.move('7', 1);
    expect((await events.next()).value).toEqual(payloadOf(1, '7'));
    graph.cutWebSockets();
    await graph.subscribed(2);
    await graph.move('7', 2);
    expect((await events.next()).value).toEqual(payloadOf(2, '7'));
  });

  test('that the subgraph refuses ends with an error without internal details', async () => {
    const { value } = await connect().iterate({ query: 'subscription { broken }' }).next();
    expect(value).toMatchObject({
      errors: [{ extensions: { code: expect.any(String), requestId: expect.any(String) } }],
    });
    expect(JSON.stringify(value)).not.toMatch(/10\.0\.0\.1/);
  });

  test('ends with 1001 when the gateway stops, and another gateway takes over', async () => {
    const closed = new Promise<number>((resolve) => {
      connect().on('closed', (event) => resolve((event as { code: number }).code));
    });
    const connected = new Promise<void>((resolve) => {
      connect().on('connected', () => resolve());
    });
    await connected;
    await gateway.close();
    expect(await closed).toBe(1001);
  });
});

describe('other operations over graphql-ws', () => {
  const once = async (query: string, variables: Record<string, unknown> = {}): Promise<unknown[]> => {
    const results: unknown[] = [];
    for await (const result of connect().iterate({ query, variables })) results.push(result);
    return results;
  };

  test('a query gets one response', async () => {
    expect(await once('{ vehicle(id: "7") { plate yard } }')).toEqual([
      { data: { vehicle: { plate: 'PLATE-7', yard: 'Yard 7' } } },
    ]);
  });

  test('@defer is sent in parts', async () => {
    expect(await once('{ vehicle(id: "7") { plate ... @defer(label: "yard") { yard } } }')).toEqual([
      { data: { vehicle: { plate: 'PLATE-7' } }, hasNext: true },
      { incremental: [{ label: 'yard', path: ['vehicle'], data: { yard: 'Yard 7' } }], hasNext: false },
    ]);
  });

  test.each([
    ['GRAPHQL_PARSE_FAILED', 'subscription {', {}],
    ['GRAPHQL_VALIDATION_FAILED', 'subscription { moved(ids: []) { nothing } }', {}],
    ['BAD_USER_INPUT', watch, { ids: [{}] }],
    ['MAX_ALIASES_LIMIT', `{ ${Array.from({ length: 101 }, (_, index) => `a${index}: __typename`).join(' ')} }`, {}],
  ])('are refused with %s', async (code, query, variables) => {
    await expect(once(query, variables)).rejects.toMatchObject([
      { extensions: { code, requestId: expect.any(String) } },
    ]);
  });
});

describe('the graphql-transport-ws protocol', () => {
  const raw = (protocol = 'graphql-transport-ws') => new WebSocket(url.replace('http', 'ws'), protocol);
  const closeCode = (socket: WebSocket) => new Promise<number>((resolve) => socket.once('close', resolve));
  const send = (socket: WebSocket, ...messages: unknown[]) =>
    socket.once('open', () => {
      for (const message of messages) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    });
  const init = { type: 'connection_init' };
  const subscribe = { id: '1', type: 'subscribe', payload: { query: watch, variables: { ids: ['7'] } } };

  test.each<[string, number, unknown[]]>([
    ['an invalid message', 4400, ['{"type":"nonsense"}']],
    ['a text that is not JSON', 4400, ['hello']],
    ['an operation before the handshake', 4401, [subscribe]],
    ['two handshakes', 4429, [init, init]],
    ['one id twice', 4409, [init, subscribe, subscribe]],
  ])('%s closes with its code', async (_case, code, messages) => {
    const socket = raw();
    // The gateway responds to the handshake before it reads further messages.
    if (code === 4409) {
      send(socket, init);
      socket.once('message', () => {
        for (const message of messages.slice(1)) socket.send(JSON.stringify(message));
      });
    } else {
      send(socket, ...messages);
    }
    expect(await closeCode(socket)).toBe(code);
  });

  test('another subprotocol is refused', async () => {
    const socket = raw('graphql-ws');
    socket.on('error', () => {});
    expect([1006, 4406]).toContain(await closeCode(socket));
  });

  test('a ping gets a pong', async () => {
    const socket = raw();
    send(socket, { type: 'ping', payload: { at: 1 } });
    const message = await new Promise<string>((resolve) => socket.once('message', (data) => resolve(String(data))));
    expect(JSON.parse(message)).toEqual({ type: 'pong', payload: { at: 1 } });
    socket.terminate();
  });
});

describe('over HTTP', () => {
  test('server-sent events carry a subscription through networks that block websockets', async () => {
    const client = createSseClient({ url, retryAttempts: 0 });
    const events = client.iterate({ query: watch, variables: { ids: ['7'] } });
    const first = events.next();
    await graph.subscribed(1);
    await graph.move('7', 9);
    expect((await first).value).toEqual(payloadOf(9, '7'));
    client.dispose();
    await graph.unsubscribed(1);
  });

  test('server-sent events carry the response to a query, then complete', async () => {
    const client = createSseClient({ url, retryAttempts: 0 });
    const results: unknown[] = [];
    for await (const result of client.iterate({ query: '{ vehicle(id: "7") { yard } }' })) results.push(result);
    expect(results).toEqual([{ data: { vehicle: { yard: 'Yard 7' } } }]);
    client.dispose();
  });

  const post = (query: string, accept: string) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify({ query }),
    });

  test('multipart carries @defer in parts, and a client that accepts no parts gets a single response', async () => {
    const query = '{ vehicle(id: "7") { plate ... @defer { yard } } }';
    const parts = await post(query, 'multipart/mixed; deferSpec=20220824, application/json');
    expect(parts.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    const bodies = (await parts.text())
      .split('\r\n---')
      .map((part) => part.split('\r\n\r\n')[1])
      .filter((body) => body !== undefined);
    expect(bodies.map((body) => JSON.parse(body.replace(/\r\n--$/, '')))).toEqual([
      { data: { vehicle: { plate: 'PLATE-7' } }, hasNext: true },
      { incremental: [{ path: ['vehicle'], data: { yard: 'Yard 7' } }], hasNext: false },
    ]);
    const whole = await post(query, 'application/json');
    expect(await whole.json()).toEqual({ data: { vehicle: { plate: 'PLATE-7', yard: 'Yard 7' } } });
  });

  test('@defer is sent in the first format that the client names', async () => {
    const query = '{ vehicle(id: "7") { plate ... @defer { yard } } }';
    const announced = await post(query, 'multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824');
    expect(announced.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; incrementalSpec=v0.2');
    expect(partsOf(await announced.text(), '-')).toEqual([
      { data: { vehicle: { plate: 'PLATE-7' } }, pending: [{ id: '0', path: ['vehicle'] }], hasNext: true },
      { incremental: [{ id: '0', data: { yard: 'Yard 7' } }], completed: [{ id: '0' }], hasNext: false },
    ]);
    const single = await post('{ vehicle(id: "7") { plate } }', 'multipart/mixed;deferSpec=20220824');
    expect(single.headers.get('content-type')).toBe('multipart/mixed; boundary="-"; deferSpec=20220824');
    expect(partsOf(await single.text(), '-')).toEqual([{ data: { vehicle: { plate: 'PLATE-7' } } }]);
    expect((await post(query, 'multipart/mixed;incrementalSpec=v9')).status).toBe(406);
  });

  test('a multipart subscription sends every event in a part that is complete at once', async () => {
    const leaving = new AbortController();
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'multipart/mixed;subscriptionSpec=1.0, application/json',
      },
      body: JSON.stringify({ query: watch, variables: { ids: ['7'] } }),
      signal: leaving.signal,
    });
    expect(response.headers.get('content-type')).toBe('multipart/mixed; boundary="graphql"; subscriptionSpec=1.0');
    await graph.subscribed(1);
    await graph.move('7', 1.5);
    let text = '';
    const decoder = new TextDecoder();
    for await (const bytes of response.body!) {
      text += decoder.decode(bytes, { stream: true });
      if (text.includes('PLATE-7')) break;
    }
    expect(text).toMatch(/^\r\n--graphql\r\n.*\r\n--graphql$/s);
    expect(partsOf(text, 'graphql')).toEqual([{ payload: payloadOf(1.5, '7') }]);
    leaving.abort();
    await graph.unsubscribed(1);

    const query = await post(
      '{ vehicle(id: "7") { plate } }',
      'multipart/mixed;subscriptionSpec=1.0, application/json',
    );
    expect(await query.json()).toEqual({ data: { vehicle: { plate: 'PLATE-7' } } });
    const refused = await post(watch, 'multipart/mixed;deferSpec=20220824, multipart/mixed;subscriptionSpec=2.0');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      {
        errors: [
          {
            message:
              'A subscription needs a stream of responses. Send it by itself, over graphql-ws or with one of the accept headers ' +
              '"text/event-stream" and "multipart/mixed; subscriptionSpec=1.0".',
          },
        ],
      },
    ]);
  });

  /** Returns the JSON bodies of the complete parts in a multipart text. */
  function partsOf(text: string, boundary: string): unknown[] {
    const [, ...parts] = text.split(`\r\n--${boundary}`);
    return parts
      .map((part) => part.split('\r\n\r\n')[1])
      .filter((body) => body !== undefined)
      .map((body) => JSON.parse(body));
  }

  test('a client that also accepts streams gets one for a subscription, and JSON otherwise', async () => {
    const everything =
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';
    const query = await post('{ vehicle(id: "7") { yard } }', everything);
    expect(query.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await query.json()).toEqual({ data: { vehicle: { yard: 'Yard 7' } } });

    const leaving = new AbortController();
    const subscription = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: everything },
      body: JSON.stringify({ query: watch, variables: { ids: ['7'] } }),
      signal: leaving.signal,
    });
    expect(subscription.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    leaving.abort();
  });

  test('a faulty operation is refused with 400 before a stream begins, and so is a mutation by GET', async () => {
    const refused = await post('subscription { nothing }', 'text/event-stream');
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ]);
    const missing = await fetch(url, { headers: { accept: 'text/event-stream' } });
    expect(missing.status).toBe(400);
  });
});
