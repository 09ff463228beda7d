import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-sse';
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

async function reserve(): Promise<string> {
  const response = await fetch(url, { method: 'PUT' });
  expect(response.status).toBe(201);
  return response.text();
}
const operate = (token: string, body: object) =>
  fetch(url, { method: 'POST', headers: { ...json, [tokenHeader]: token }, body: JSON.stringify(body) });
const watching = (operationId: string) => ({
  query: watchQuery,
  variables: { ids: ['9'] },
  extensions: { operationId },
});
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

  test('reservations count as open streams of their address', async () => {
    let response: Response;
    do response = await fetch(url, { method: 'PUT' });
    while (response.status === 201);
    expect(await codeOf(response)).toEqual([429, 'RATE_LIMITED']);
  });
});
