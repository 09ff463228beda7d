import { describe, expect, test } from '@jest/globals';
import { client, failureOf, mutation, query, world } from './harness.ts';

const unknown = { code: 'OUTCOME_UNKNOWN', retryable: false };
const unrepeatable = client('alice', { unrepeatable: true });

describe('a mutation without a response', () => {
  test.each([
    ['the connection is reset', ({ socket }) => socket.resetAndDestroy()],
    ['the connection is closed', ({ socket }) => socket.end()],
    ['the response is cut off', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"data":')],
    ['the response is not GraphQL', (request) => request.replyWith(200, 'text/html', '<h1>Welcome</h1>')],
    ['a proxy responds with 502', (request) => request.replyWith(502, 'text/html', '<h1>Bad Gateway</h1>')],
    ['a proxy responds with 503', (request) => request.replyWith(503, 'text/plain', 'busy', 'retry-after: 7\r\n')],
  ] satisfies [string, Parameters<typeof world>[0]][])(
    'may have been executed and is not sent again: %s',
    async (_, script) => {
      await using w = await world(script, { retry: { maxRetries: 2 } });
      expect(await failureOf(w.transport.fetch(mutation, unrepeatable))).toMatchObject(unknown);
      expect(w.subgraph.requests).toHaveLength(1);
      // The metrics count the original failure.
      expect(w.observed.outcomes).not.toContain('OUTCOME_UNKNOWN');
    },
  );

  test('may have been executed: the time limit has passed', async () => {
    await using w = await world(() => {}, { limits: { timeoutMs: 50 } });
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject(unknown);
    expect(failure.message).toBe(
      'A subgraph did not respond in time. The change may or may not have been made. Read its outcome before trying again.',
    );
  });

  test('may be repeated by the client if it has an idempotency key', async () => {
    await using w = await world(({ socket }) => socket.end());
    const failure = await failureOf(w.transport.fetch(mutation, client()));
    expect(failure).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
  });

  test('was not executed if the subgraph refuses connections', async () => {
    await using w = await world(() => {});
    await w.subgraph.stop();
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });

  test('was not executed if its time ran out in the queue', async () => {
    await using w = await world(() => {}, { limits: { timeoutMs: 50, maxConcurrent: 1, maxQueued: 5 } });
    const first = failureOf(w.transport.fetch(query(), client()));
    const second = await failureOf(w.transport.fetch(mutation, unrepeatable));
    await first;
    // Both time limits end in the same moment. On a busy machine the first request may free its place just before.
    const wasSent = w.subgraph.requests.length > 1;
    expect(second).toMatchObject(wasSent ? unknown : { code: 'GATEWAY_TIMEOUT', retryable: true });
  });

  test('was not executed if the subgraph refuses the request', async () => {
    await using w = await world((request) => request.replyWith(429, 'text/plain', 'slow down'));
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });
});
