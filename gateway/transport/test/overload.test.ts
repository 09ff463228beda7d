import { describe, expect, test } from '@jest/globals';
import { type Received, startScriptedSubgraph } from '../../testing/scripted-subgraph.ts';
import { client, failureOf, mutation, query, type World, world } from './harness.ts';

const texts = (count: number): string[] => Array.from({ length: count }, (_, n) => `{ a${n}: a }`);

describe('bounded concurrency', () => {
  const limits = { maxConcurrent: 2, maxQueued: 1 };

  test('requests beyond the queue are refused at once, and the others are served in order', async () => {
    const held: Received[] = [];
    await using w = await world((request) => void held.push(request), { limits });
    const [first, second, queued, refused] = texts(4).map((text) => w.transport.fetch(query(text), client()));
    const failure = await failureOf(refused!);
    expect(failure).toMatchObject({ code: 'REQUEST_CONCURRENCY_LIMITED', retryable: true });
    expect(failure.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    await w.subgraph.received(2);
    expect(held).toHaveLength(2);
    held[0]!.reply({ data: { n: 0 } });
    await w.subgraph.received(3);
    held[1]!.reply({ data: { n: 1 } });
    held[2]!.reply({ data: { n: 2 } });
    expect(await Promise.all([first, second, queued])).toEqual([0, 1, 2].map((n) => ({ data: { n } })));
  });

  test('a request that leaves the queue makes room in it', async () => {
    await using w = await world(() => {}, { limits: { ...limits, timeoutMs: 100 } });
    const [first, second] = texts(2).map((text) => failureOf(w.transport.fetch(query(text), client())));
    const leaving = new AbortController();
    const queued = failureOf(w.transport.fetch(query('{ q }'), client('alice', { signal: leaving.signal })));
    leaving.abort();
    await queued;
    const next = failureOf(w.transport.fetch(query('{ r }'), client()));
    expect((await next).code).toBe('GATEWAY_TIMEOUT'); // it waited in the queue and was not refused
    await Promise.all([first, second]);
    const sent = w.subgraph.requests.map(({ body }) => String(body));
    expect(sent.filter((text) => text.includes('{ q }'))).toEqual([]);
  });
});

describe('connections', () => {
  /** Sends requests one after another. @returns true if they had more than `count` connections */
  const takesMoreThan = async (w: World, count: number, requests: number): Promise<boolean> => {
    for (let sent = 0; sent < requests; sent += 1) {
      await w.transport.fetch(query(`{ a${sent}: a }`), client());
      if (new Set(w.subgraph.requests.map(({ socket }) => socket)).size > count) return true;
    }
    return false;
  };

  test('are used again', async () => {
    await using w = await world((request) => request.reply({ data: {} }));
    expect(await takesMoreThan(w, 2, 50)).toBe(false);
  });

  test('take no further request at a certain age, so that new processes of a subgraph get requests, too', async () => {
    await using w = await world((request) => request.reply({ data: {} }), { limits: { connectionAgeMs: 10 } });
    expect(await takesMoreThan(w, 2, 100_000)).toBe(true);
  });
});

describe('retries', () => {
  const retry = { maxRetries: 1, backoffMs: 1 };
  const failFirst = (request: Received, count: number): void => {
    if (count === 1) request.socket.resetAndDestroy();
    else request.reply({ data: { count } });
  };

  test('a query whose connection breaks is sent again', async () => {
    await using w = await world(failFirst, { retry });
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { count: 2 } });
    expect(w.observed).toMatchObject({ retries: 1, outcomes: ['ok'], circuit: [] });
  });

  test('a mutation is never sent again', async () => {
    await using w = await world(failFirst, { retry });
    await failureOf(w.transport.fetch(mutation, client()));
    expect(w.subgraph.requests).toHaveLength(1);
  });

  test('a query is not sent again if the subgraph refuses it or its response is malformed', async () => {
    await using w = await world((request) => request.replyWith(404, 'text/plain', ''), { retry });
    await failureOf(w.transport.fetch(query(), client()));
    expect(w.subgraph.requests).toHaveLength(1);
  });

  test('a query is not sent again if the subgraph sends Retry-After', async () => {
    await using w = await world((request) => request.replyWith(503, 'text/plain', '', 'retry-after: 5\r\n'), { retry });
    await failureOf(w.transport.fetch(query(), client()));
    expect(w.subgraph.requests).toHaveLength(1);
  });

  test('a subgraph that always fails gets no more retries than the budget allows', async () => {
    await using w = await world((request) => request.replyWith(502, 'text/plain', ''), {
      retry: { ...retry, budgetPerRequest: 0.1, budgetLimit: 2 },
      breaker: { minimumPerSecond: 1000 },
    });
    for (const text of texts(20)) await failureOf(w.transport.fetch(query(text), client()));
    expect(w.observed.retries).toBe(3); // two from the initial budget, and one earned: 20 requests earn less than two
    expect(w.subgraph.requests).toHaveLength(20 + w.observed.retries);
  });
});

describe('the circuit of a subgraph', () => {
  const breaker = { failureShare: 0.5, windowMs: 10_000, minimumPerSecond: 0.4 };

  /** A subgraph that fails until the test repairs it, and a clock that the test moves. */
  async function failing() {
    const state = { fails: true, hangs: false, now: 0 };
    const script = (request: Received): void => {
      if (state.hangs) return;
      if (state.fails) request.replyWith(500, 'text/html', '<h1>down</h1>');
      else request.reply({ data: { a: 1 } });
    };
    const w = await world(script, { breaker, clock: () => state.now });
    for (const text of texts(4)) await failureOf(w.transport.fetch(query(text), client()));
    return { w, state };
  }

  test('opens after failures: requests then fail at once and state when to try again', async () => {
    const { w } = await failing();
    await using _ = w;
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'SUBGRAPH_CIRCUIT_OPEN', retryable: true, retryAfterSeconds: 1 });
    expect(w.subgraph.requests).toHaveLength(4);
    expect(w.observed.circuit).toEqual(['open']);
  });

  test('lets one probe through after half a second; its success closes the circuit', async () => {
    const { w, state } = await failing();
    await using _ = w;
    Object.assign(state, { now: 500, fails: false });
    const probe = w.transport.fetch(query(), client());
    const pending = failureOf(w.transport.fetch(query('{ b }'), client()));
    expect((await pending).code).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(await probe).toEqual({ data: { a: 1 } });
    expect(await w.transport.fetch(query('{ b }'), client())).toEqual({ data: { a: 1 } });
    expect(w.observed.circuit).toEqual(['open', 'half-open', 'closed']);
  });

  test('a probe that fails is followed by the next half a second later, however long the outage', async () => {
    const { w, state } = await failing();
    await using _ = w;
    for (let probe = 1; probe <= 100; probe++) {
      state.now = probe * 500;
      await failureOf(w.transport.fetch(query(), client()));
      expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe('SUBGRAPH_CIRCUIT_OPEN');
      expect(w.subgraph.requests).toHaveLength(4 + probe);
    }
    Object.assign(state, { now: 50_500, fails: false });
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
  });

  test('a subgraph that was away for a minute gets requests within half a second after its return', async () => {
    const state = { now: 0 };
    const response = (request: Received): void => request.reply({ data: { a: 1 } });
    await using w = await world(response, { breaker, clock: () => state.now });
    const port = Number(new URL(w.subgraph.url).port);
    await w.subgraph.stop();
    for (; state.now < 60_000; state.now += 500) await failureOf(w.transport.fetch(query(), client()));
    await using _ = await startScriptedSubgraph(response, port);
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
    expect(w.observed.circuit.at(-1)).toBe('closed');
  });

  test('a probe that hangs delays the next by two seconds at most', async () => {
    const { w, state } = await failing();
    await using _ = w;
    const probes = w.subgraph.requests.length;
    state.hangs = true;
    state.now = 500;
    const hanging = failureOf(w.transport.fetch(query('{ hanging }'), client()));
    await w.subgraph.received(probes + 1);
    state.now = 2_499;
    expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe('SUBGRAPH_CIRCUIT_OPEN');
    Object.assign(state, { now: 2_500, fails: false, hangs: false });
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
    await w.subgraph.stop();
    await hanging;
  });

  test('a probe whose client cancels decides nothing: the next request is the probe', async () => {
    const { w, state } = await failing();
    await using _ = w;
    Object.assign(state, { now: 500, fails: false });
    const leaving = new AbortController();
    const probe = failureOf(w.transport.fetch(query(), client('alice', { signal: leaving.signal })));
    leaving.abort();
    await probe;
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
  });

  test('refusals of single requests do not open it', async () => {
    await using w = await world((request) => request.replyWith(400, 'text/plain', ''), { breaker });
    for (const text of texts(10)) await failureOf(w.transport.fetch(query(text), client()));
    expect(w.observed.circuit).toEqual([]);
  });

  test('a long queue fails without recursion when the circuit opens', async () => {
    await using w = await world((request) => request.replyWith(500, 'text/plain', ''), {
      breaker,
      limits: { maxConcurrent: 1, maxQueued: 20_000 },
      clock: () => 0, // no probe becomes due, however long the queue takes
    });
    const failures = await Promise.all(
      texts(20_000).map((text) => failureOf(w.transport.fetch(query(text), client()))),
    );
    expect(failures.at(-1)!.code).toBe('SUBGRAPH_CIRCUIT_OPEN');
    expect(w.subgraph.requests).toHaveLength(4);
  });
});
