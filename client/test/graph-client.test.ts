import { afterEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { parseData, requireData } from '../data.ts';
import { createGraphClient, type GraphClientOptions } from '../graph-client.ts';
import { parseRetryAfter } from '../retry-after.ts';
import { type Reply, type ScriptedGraph, startScriptedGraph } from './scripted-graph.ts';

let graph: ScriptedGraph;
afterEach(() => graph.close());

const query = 'query Loads { loads }';
const loads: Reply = { body: { data: { loads: 3 } } };
const refusal = (code: string, extensions: object = {}) => ({
  errors: [{ message: code, extensions: { code, ...extensions } }],
});

/** A client whose pauses take no time, and how long they would have been. */
function openClient(options: Partial<GraphClientOptions> = {}) {
  const pauses: number[] = [];
  const wait = async (milliseconds: number) => void pauses.push(milliseconds);
  return { client: createGraphClient({ url: graph.url, wait, ...options }), pauses };
}

describe('a response', () => {
  test('has data, errors, extensions, status and headers', async () => {
    const errors = [
      { message: 'no position', path: ['loads', 0, 'position'], extensions: { code: 'GATEWAY_TIMEOUT' } },
    ];
    const body = { data: { loads: [null] }, errors, extensions: { cost: { requested: 1 } } };
    graph = await startScriptedGraph(() => ({ headers: { 'x-request-id': 'r-1' }, body }));
    const { client } = openClient({ headers: { 'x-client': 'a' } });
    const response = await client.send({ query, variables: { first: 2 } }, { 'x-client': 'b' });
    expect(response).toEqual({ ...body, status: 200, headers: expect.any(Headers) });
    expect(response.headers.get('x-request-id')).toBe('r-1');
    expect(graph.received).toMatchObject([{ token: null, variables: { first: 2 }, headers: { 'x-client': 'b' } }]);
  });

  test('that was refused has no data, and a list of errors', async () => {
    graph = await startScriptedGraph(() => ({ status: 400, body: { errors: [{ message: 'Syntax error' }] } }));
    expect(await openClient().client.send({ query })).toMatchObject({
      status: 400,
      data: undefined,
      errors: [{ message: 'Syntax error', extensions: {} }],
    });
  });

  test.each([
    [
      'of a proxy',
      { status: 502, body: '<h1>Bad gateway</h1>' },
      'HTTP 502 without a GraphQL response: <h1>Bad gateway</h1>',
    ],
    ['of another API', { body: { data: 'text' } }, 'HTTP 200 without a GraphQL response: {"data":"text"}'],
  ])('%s is a failure', async (_whose, reply, message) => {
    graph = await startScriptedGraph(() => reply);
    await expect(openClient().client.send({ query })).rejects.toMatchObject({ code: 'NOT_GRAPHQL', message });
  });
});

describe('the data of a response', () => {
  const shape = z.object({ loads: z.number() });
  const read = async (body: object) => {
    graph = await startScriptedGraph(() => ({ body }));
    return openClient().client.send({ query });
  };

  test('is required without errors, or in a known shape', async () => {
    const response = await read({ data: { loads: 3 } });
    expect([requireData(response), parseData(shape, response)]).toEqual([{ loads: 3 }, { loads: 3 }]);
  });

  test('beside errors is returned to callers that give its shape', async () => {
    const response = await read({ data: { loads: 3 }, ...refusal('GATEWAY_TIMEOUT', { requestId: 'r-7' }) });
    expect(parseData(shape, response)).toEqual({ loads: 3 });
    expect(() => requireData(response)).toThrow(
      expect.objectContaining({ code: 'GATEWAY_TIMEOUT', message: 'GATEWAY_TIMEOUT (request r-7)' }),
    );
  });

  test('of another shape is a failure: with the first error of the graph, if there is one', async () => {
    const response = await read({ data: { loads: 'three' } });
    expect(() => parseData(shape, response)).toThrow(expect.objectContaining({ code: 'INVALID_DATA' }));
    const failed = { ...response, data: null, errors: [{ message: 'No.', extensions: { code: 'FORBIDDEN' } }] };
    expect(() => parseData(shape, failed)).toThrow(expect.objectContaining({ code: 'FORBIDDEN', message: 'No.' }));
  });
});

describe('a graph under load', () => {
  test('receives the operation again after the time of Retry-After', async () => {
    graph = await startScriptedGraph((_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '7' }, body: refusal('RATE_LIMITED') } : loads,
    );
    const { client, pauses } = openClient();
    expect(await client.send({ query })).toMatchObject({ status: 200, data: { loads: 3 } });
    expect(pauses).toEqual([7_000]);
  });

  test('receives the operation five times, with growing pauses, and its last response is the result', async () => {
    graph = await startScriptedGraph(() => ({ status: 503, body: refusal('SERVICE_UNAVAILABLE') }));
    const { client, pauses } = openClient();
    expect(await client.send({ query })).toMatchObject({ status: 503, errors: [{ message: 'SERVICE_UNAVAILABLE' }] });
    expect([pauses, graph.received.length]).toEqual([[1_000, 2_000, 4_000, 8_000], 5]);
  });

  test('may be behind a proxy that responds with its own page', async () => {
    graph = await startScriptedGraph((_, count) =>
      count === 1 ? { status: 503, headers: { 'retry-after': '2' }, body: 'restarting' } : loads,
    );
    const { client, pauses } = openClient();
    expect(await client.send({ query })).toMatchObject({ data: { loads: 3 } });
    expect(pauses).toEqual([2_000]);
  });

  test('that asks for a longer pause than the client allows receives the operation once', async () => {
    const headers = { 'retry-after': '61' };
    graph = await startScriptedGraph(() => ({ status: 429, headers, body: refusal('RATE_LIMITED') }));
    const { client, pauses } = openClient();
    expect(await client.send({ query })).toMatchObject({ status: 429 });
    expect([pauses, graph.received.length]).toEqual([[], 1]);
  });

  test.each([
    ['is not sent again', false, 1],
    ['is sent again by a client whose operations can be repeated', true, 2],
  ])('an operation that failed for the moment %s', async (_what, repeatable, sent) => {
    const failed = { body: { data: null, ...refusal('OUTCOME_UNKNOWN', { retryable: false }) } };
    graph = await startScriptedGraph((_, count) => (count === 1 ? failed : loads));
    await openClient({ repeatable }).client.send({ query });
    expect(graph.received).toHaveLength(sent);
  });

  test('Retry-After may be a date', () => {
    const noon = Date.parse('2026-03-02T12:00:00Z');
    const read = (header: string | null) => parseRetryAfter(header, noon);
    expect(read('Mon, 02 Mar 2026 12:00:30 GMT')).toBe(30_000);
    expect(read('Mon, 02 Mar 2026 11:00:00 GMT')).toBe(0);
    expect(['0', '120', 'soon', '-1', null].map(read)).toEqual([0, 120_000, undefined, undefined, undefined]);
  });
});

describe('a graph that does not respond', () => {
  test('fails with TIMEOUT after the timeout', async () => {
    graph = await startScriptedGraph(() => undefined);
    await expect(openClient({ timeoutMs: 20 }).client.send({ query })).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: `${graph.url} did not respond within 0.02 s.`,
    });
  });

  test('fails with the reason of the signal that aborts', async () => {
    const stopping = new AbortController();
    graph = await startScriptedGraph(() => {
      stopping.abort(new Error('Ctrl-C'));
      return undefined;
    });
    await expect(openClient({ signal: stopping.signal }).client.send({ query })).rejects.toThrow('Ctrl-C');
  });

  test('fails with CONNECTION_FAILED when nothing listens', async () => {
    graph = await startScriptedGraph(() => loads);
    await graph.close();
    await expect(openClient().client.send({ query })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('ECONNREFUSED'),
      isFromGraph: false,
    });
  });
});
