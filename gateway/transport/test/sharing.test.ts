import { describe, expect, test } from '@jest/globals';
import type { Received } from '../../testing/scripted-subgraph.ts';
import { client, failureOf, mutation, query, world } from './harness.ts';

/** A subgraph that responds when the test tells it to. */
function held() {
  const requests: Received[] = [];
  return { script: (request: Received) => void requests.push(request), requests };
}

describe('identical queries in flight', () => {
  test('are sent to the subgraph once, and every caller gets the response', async () => {
    const { script, requests } = held();
    await using w = await world(script);
    const first = w.transport.fetch(query(), client());
    const second = w.transport.fetch(query(), client());
    await w.subgraph.received(1);
    requests[0]!.reply({ data: { a: 1 } });
    expect(await first).toBe(await second);
    expect(w.subgraph.requests).toHaveLength(1);
    expect(w.observed).toMatchObject({ shared: 1, outcomes: ['ok'] });
  });

  test('a query after the response is sent again', async () => {
    await using w = await world((request, count) => request.reply({ data: { count } }));
    await w.transport.fetch(query(), client());
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { count: 2 } });
  });

  test.each([
    ['another identity', query(), 'bob'],
    ['another text', query('{ b }'), 'alice'],
  ])('%s is not shared', async (_, request, identity) => {
    const { script, requests } = held();
    await using w = await world(script);
    const both = [w.transport.fetch(query(), client('alice')), w.transport.fetch(request, client(identity))];
    await w.subgraph.received(2);
    for (const one of requests)
      one.reply({ data: { body: one.body.toString(), authorization: one.headers.split('Bearer ')[1] } });
    const [mine, theirs] = await Promise.all(both);
    expect(mine).not.toEqual(theirs);
  });

  test('different queries of one identity are shared separately', async () => {
    const { script, requests } = held();
    await using w = await world(script);
    const texts = ['{ a }', '{ b }', '{ c }', '{ a }', '{ b }', '{ c }'];
    const responses = texts.map((text) => w.transport.fetch(query(text), client()));
    await w.subgraph.received(3);
    for (const one of requests) one.reply({ data: JSON.parse(one.body.toString()) });
    expect(await Promise.all(responses)).toEqual(texts.map((text) => ({ data: { query: text } })));
    expect(w.subgraph.requests).toHaveLength(3);
  });

  test('mutations are never shared', async () => {
    await using w = await world((request, count) => request.reply({ data: { count } }));
    const both = await Promise.all([w.transport.fetch(mutation, client()), w.transport.fetch(mutation, client())]);
    expect(new Set(both.map(({ data }) => data!['count']))).toEqual(new Set([1, 2]));
  });

  test('sharing can be switched off', async () => {
    await using w = await world((request) => request.reply({ data: null }), { shareResponses: false });
    await Promise.all([w.transport.fetch(query(), client()), w.transport.fetch(query(), client())]);
    expect(w.subgraph.requests).toHaveLength(2);
  });
});

describe('a client that cancels', () => {
  test('ends the request to the subgraph if it was the only one', async () => {
    await using w = await world(() => {});
    const leaving = new AbortController();
    const fetched = failureOf(w.transport.fetch(query(), client('alice', { signal: leaving.signal })));
    const { closed } = await w.subgraph.received(1);
    leaving.abort();
    await fetched;
    await closed;
    expect(w.observed.outcomes).toEqual(['cancelled']);
  });

  test('does not affect the others, and the last one to cancel ends the request', async () => {
    await using w = await world(() => {});
    const [one, other] = [new AbortController(), new AbortController()];
    const fetched = [one, other].map(({ signal }) =>
      failureOf(w.transport.fetch(query(), client('alice', { signal }))),
    );
    const { closed } = await w.subgraph.received(1);
    one.abort();
    await fetched[0];
    expect(w.observed.outcomes).toEqual([]);
    other.abort();
    await fetched[1];
    await closed;
    expect(w.observed.outcomes).toEqual(['cancelled']);
  });

  test('does not take the response from the others', async () => {
    const { script, requests } = held();
    await using w = await world(script);
    const leaving = new AbortController();
    const left = failureOf(w.transport.fetch(query(), client('alice', { signal: leaving.signal })));
    const stays = w.transport.fetch(query(), client('alice', { signal: new AbortController().signal }));
    await w.subgraph.received(1);
    leaving.abort();
    await left;
    requests[0]!.reply({ data: { a: 1 } });
    expect(await stays).toEqual({ data: { a: 1 } });
  });

  test('causes no request if it has already cancelled', async () => {
    await using w = await world((request) => request.reply({ data: null }));
    await failureOf(w.transport.fetch(query(), client('alice', { signal: AbortSignal.abort() })));
    expect(w.subgraph.requests).toHaveLength(0);
  });

  test('that joins late does not extend the time limit of a hanging request', async () => {
    await using w = await world(() => {}, { limits: { timeoutMs: 60 } });
    const first = failureOf(w.transport.fetch(query(), client()));
    const second = failureOf(w.transport.fetch(query(), client()));
    expect((await first).code).toBe('GATEWAY_TIMEOUT');
    expect((await second).code).toBe('GATEWAY_TIMEOUT');
    expect(w.observed.outcomes).toEqual(['GATEWAY_TIMEOUT']);
  });
});
