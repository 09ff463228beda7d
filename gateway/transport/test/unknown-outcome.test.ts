import { describe, expect, test } from '@jest/globals';
import { client, failureOf, mutation, query, world } from './harness.ts';

const unknown = { code: 'OUTCOME_UNKNOWN', retryable: false };
const unrepeatable = client('alice', { unrepeatable: true });

describe('a change whose response does not come', () => {
  test.each([
    ['the connection is reset', ({ socket }) => socket.resetAndDestroy()],
    ['the connection is closed', ({ socket }) => socket.end()],
    ['the response is cut off', ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{"data":')],
    ['the response is no GraphQL', (request) => request.replyWith(200, 'text/html', '<h1>Welcome</h1>')],
    ['a proxy answers 502', (request) => request.replyWith(502, 'text/html', '<h1>Bad Gateway</h1>')],
    ['a proxy answers 503', (request) => request.replyWith(503, 'text/plain', 'busy', 'retry-after: 7\r\n')],
  ] satisfies [string, Parameters<typeof world>[0]][])(
    'may have been made: %s; it is not sent again',
    async (_, script) => {
      await using w = await world(script, { retry: { maxRetries: 2 } });
      expect(await failureOf(w.transport.fetch(mutation, unrepeatable))).toMatchObject(unknown);
      expect(w.subgraph.requests).toHaveLength(1);
      // The metrics tell what went wrong.
      expect(w.observed.outcomes).not.toContain('OUTCOME_UNKNOWN');
    },
  );

  test('may have been made: time is up', async () => {
    await using w = await world(() => {}, { limits: { timeoutMs: 50 } });
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject(unknown);
    expect(failure.message).toBe('A subgraph did not respond in time. The change may or may not have been made.');
  });

  test('may be sent again when it carries an idempotency key', async () => {
    await using w = await world(({ socket }) => socket.end());
    const failure = await failureOf(w.transport.fetch(mutation, client()));
    expect(failure).toMatchObject({ code: 'OUTCOME_UNKNOWN', retryable: true });
  });

  test('was not made when nobody listens', async () => {
    await using w = await world(() => {});
    await w.subgraph.stop();
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });

  test('was not made while it waited for its turn', async () => {
    await using w = await world(() => {}, { limits: { timeoutMs: 50, maxConcurrent: 1, maxQueued: 5 } });
    const first = failureOf(w.transport.fetch(query(), client()));
    const second = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(second).toMatchObject({ code: 'GATEWAY_TIMEOUT', retryable: true });
    await first;
  });

  test('was not made when the subgraph refuses the request', async () => {
    await using w = await world((request) => request.replyWith(429, 'text/plain', 'slow down'));
    const failure = await failureOf(w.transport.fetch(mutation, unrepeatable));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });
});
