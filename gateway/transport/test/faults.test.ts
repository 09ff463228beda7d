import { describe, expect, test } from '@jest/globals';
import { client, failureOf, query, world } from './harness.ts';

describe('a subgraph that responds correctly', () => {
  test('has its result passed on unchanged', async () => {
    const result = { data: { a: 'ü🚚' }, extensions: { cost: 1 } };
    await using w = await world((request) => request.reply(result));
    expect(await w.transport.fetch(query(), client())).toEqual(result);
    expect(w.observed.outcomes).toEqual(['ok']);
  });

  test('gets the forwarded headers and the request id, but no header of the connection to the client', async () => {
    await using w = await world((request) => request.reply({ data: null }));
    const headers = { authorization: 'Bearer x', traceparent: '00-1-2-01', host: 'evil', 'content-length': '9' };
    await w.transport.fetch(query(), client('alice', { headers }));
    const [received] = w.subgraph.requests;
    expect(received!.headers).toMatch(/authorization: Bearer x/);
    expect(received!.headers).toMatch(/traceparent: 00-1-2-01/);
    expect(received!.headers).toMatch(/x-request-id: request-1/);
    expect(received!.headers).not.toMatch(/evil|content-length: 9/);
  });

  test.each([
    ['a request error with its status', 400, 'application/graphql-response+json', { errors: [{ message: 'no' }] }],
    [
      'errors under 500, as some servers send them',
      500,
      'application/json; charset=utf-8',
      { errors: [{ message: 'no' }] },
    ],
  ])('%s is a result, not a failure', async (_, status, type, result) => {
    await using w = await world((request) => request.replyWith(status, type, JSON.stringify(result)));
    expect(await w.transport.fetch(query(), client())).toEqual(result);
  });

  test('"errors": null counts as no errors', async () => {
    await using w = await world((request) => request.reply({ data: { a: 1 }, errors: null, extensions: null }));
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 1 } });
  });

  test('a response in many chunks is joined, even if a chunk ends within a character', async () => {
    await using w = await world(({ socket }) => {
      const body = Buffer.from(JSON.stringify({ data: { a: 'ü'.repeat(50_000) } }));
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`);
      for (let at = 0; at < body.length; at += 1001) socket.write(body.subarray(at, at + 1001));
    });
    expect(await w.transport.fetch(query(), client())).toEqual({ data: { a: 'ü'.repeat(50_000) } });
  });
});

describe('a response that is not GraphQL', () => {
  test.each([
    ['HTML with a 502', 502, 'text/html', '<h1>Bad Gateway</h1>', 'SUBREQUEST_HTTP_ERROR', true],
    [
      'HTML with a 502 and the content type of JSON',
      502,
      'application/json',
      '<h1>Bad Gateway</h1>',
      'SUBREQUEST_HTTP_ERROR',
      true,
    ],
    ['a 404', 404, 'text/plain', 'not here', 'SUBREQUEST_HTTP_ERROR', false],
    ['a redirect, which is not followed', 302, 'text/html', '', 'SUBREQUEST_HTTP_ERROR', false],
    ['HTML with a 200', 200, 'text/html', '<h1>Welcome</h1>', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['JSON with the content type of HTML', 200, 'text/html', '{"data":{}}', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    [
      'HTML with the content type of JSON',
      200,
      'application/json',
      '<h1>Welcome</h1>',
      'SUBREQUEST_MALFORMED_RESPONSE',
      false,
    ],
    ['half of a JSON text', 200, 'application/json', '{"data":{"a":', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['nothing', 200, 'application/json', '', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['a list', 200, 'application/json', '[{"data":{}}]', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['null', 200, 'application/json', 'null', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['neither data nor errors', 200, 'application/json', '{}', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['data that is a text', 200, 'application/json', '{"data":"a"}', 'SUBREQUEST_MALFORMED_RESPONSE', false],
    ['data that is a list', 200, 'application/json', '{"data":[]}', 'SUBREQUEST_MALFORMED_RESPONSE', false],
  ])('%s', async (_, status, type, body, code, retryable) => {
    await using w = await world((request) =>
      request.replyWith(status, type, body, 'location: http://127.0.0.1:1/\r\n'),
    );
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code, retryable });
    expect(w.observed.outcomes).toEqual([code]);
  });

  test('a body in an encoding that the gateway did not accept', async () => {
    await using w = await world((request) =>
      request.replyWith(200, 'application/json', '{"data":{}}', 'content-encoding: br\r\n'),
    );
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure.code).toBe('SUBREQUEST_MALFORMED_RESPONSE');
  });

  test('a 503 with Retry-After states when to try again', async () => {
    await using w = await world((request) => request.replyWith(503, 'text/plain', 'busy', 'retry-after: 7\r\n'));
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true, retryAfterSeconds: 7 });
  });
});

describe('an unusual but readable GraphQL result', () => {
  test.each([
    ['errors null', '{"data":{"a":1},"errors":null}', { data: { a: 1 } }],
    ['an error that is a string', '{"data":{"a":1},"errors":["no"]}', { data: { a: 1 }, errors: [{ message: 'no' }] }],
    ['errors that are not objects', '{"data":{"a":1},"errors":[7,null]}', { data: { a: 1 }, errors: [{}, {}] }],
    ['errors that are one object', '{"errors":{"message":"no"}}', { errors: [{ message: 'no' }] }],
    ['errors that are one string', '{"data":null,"errors":"no"}', { data: null, errors: [{ message: 'no' }] }],
    ['extensions null', '{"data":{"a":1},"extensions":null}', { data: { a: 1 } }],
    ['extensions that are a list', '{"data":{"a":1},"extensions":[]}', { data: { a: 1 } }],
  ])('%s', async (_, body, result) => {
    await using w = await world((request) => request.replyWith(200, 'application/json', body));
    expect(await w.transport.fetch(query(), client())).toEqual(result);
  });
});

describe('a connection that fails', () => {
  test('the port is closed', async () => {
    await using w = await world(() => {});
    await w.subgraph.stop();
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });

  test('the connection is reset before the response', async () => {
    await using w = await world(({ socket }) => socket.resetAndDestroy());
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });

  test('the subgraph closes the connection without a response', async () => {
    await using w = await world(({ socket }) => socket.end());
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'SUBREQUEST_HTTP_ERROR', retryable: true });
  });

  test.each([
    ['reset', 'resetAndDestroy'],
    ['closed', 'end'],
  ] as const)('the connection is %s in the middle of the response', async (_, end) => {
    await using w = await world(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"data":', () =>
        socket[end](),
      );
    });
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure.retryable).toBe(true);
    expect(['SUBREQUEST_MALFORMED_RESPONSE', 'SUBREQUEST_HTTP_ERROR']).toContain(failure.code);
  });

  test('the response is not HTTP', async () => {
    await using w = await world(({ socket }) => socket.write('220 smtp.example ESMTP\r\n'));
    expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe('SUBREQUEST_HTTP_ERROR');
  });

  test('the subgraph sends more than one response: the next request gets its own response', async () => {
    await using w = await world((request, count) => {
      request.reply({ data: { a: count } });
      if (count === 1) request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{"data":{"a":9}');
    });
    await w.transport.fetch(query(), client()).catch(() => undefined);
    const second = await w.transport.fetch(query(), client());
    expect(second).toEqual({ data: { a: w.subgraph.requests.length } });
  });
});

describe('a subgraph that sends too much', () => {
  const limits = { maxResponseBytes: 100_000 };
  const tooLarge = { code: 'SUBREQUEST_MALFORMED_RESPONSE', retryable: false };

  test('a response with too large a content-length is not read', async () => {
    await using w = await world(
      ({ socket }) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100001\r\n\r\n{'),
      { limits },
    );
    expect(await failureOf(w.transport.fetch(query(), client()))).toMatchObject(tooLarge);
    await w.subgraph.requests[0]?.closed;
  });

  test('an endless response is cut off', async () => {
    await using w = await world(
      ({ socket }) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n');
        const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
        const flood = (): void => {
          if (!socket.destroyed) socket.write(chunk, flood);
        };
        flood();
      },
      { limits },
    );
    expect(await failureOf(w.transport.fetch(query(), client()))).toMatchObject(tooLarge);
    await w.subgraph.requests[0]?.closed;
  });

  test('endless headers are cut off', async () => {
    await using w = await world(({ socket }) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const flood = (): void => {
        if (!socket.destroyed) socket.write(`x: ${'y'.repeat(8000)}\r\n`, flood);
      };
      flood();
    });
    expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe('SUBREQUEST_HTTP_ERROR');
    await w.subgraph.requests[0]?.closed;
  });
});

describe('a subgraph that is slow', () => {
  const limits = { timeoutMs: 60 };

  test('a request without a response times out, and its connection is closed', async () => {
    await using w = await world(() => {}, { limits });
    const failure = await failureOf(w.transport.fetch(query(), client()));
    expect(failure).toMatchObject({ code: 'GATEWAY_TIMEOUT', retryable: true });
    await w.subgraph.requests[0]?.closed;
  });

  test('a response that never ends times out, too', async () => {
    await using w = await world(
      ({ socket }) =>
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"data"'),
      { limits },
    );
    expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe('GATEWAY_TIMEOUT');
    // On a busy machine the time limit may end before the request arrives.
    await w.subgraph.requests[0]?.closed;
  });

  test('a client with an earlier deadline gets a timeout at its deadline', async () => {
    await using w = await world(() => {});
    const deadline = performance.now() + 30;
    expect((await failureOf(w.transport.fetch(query(), client('alice', { deadline })))).code).toBe('GATEWAY_TIMEOUT');
    await w.subgraph.requests[0]?.closed;
  });
});
