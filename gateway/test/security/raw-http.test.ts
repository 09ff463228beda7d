import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sendRaw } from '../../testing/raw-http.ts';
import { startTestGateway, type TestGateway } from '../../testing/test-gateway.ts';

/** Requests that no client library sends: two servers could read them differently, or they name other files and servers. */
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

const body = '{"query":"{ people { name } }"}';
const length = `Content-Length: ${body.length}`;
const post = (...headers: string[]) =>
  ['POST /graphql HTTP/1.1', 'Host: localhost', 'Content-Type: application/json', ...headers].join('\r\n');
const get = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;

const second = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n';
const ambiguous: Readonly<Record<string, string>> = {
  'Content-Length and Transfer-Encoding': `${post('Content-Length: 4', 'Transfer-Encoding: chunked')}\r\n\r\n0\r\n\r\n${second}`,
  'two different lengths': `${post(length, 'Content-Length: 5')}\r\n\r\n${body}`,
  'the same length twice': `${post(length, length)}\r\n\r\n${body}`,
  'a list as length': `${post(`Content-Length: ${body.length}, ${body.length}`)}\r\n\r\n${body}`,
  'a signed length': `${post(`Content-Length: +${body.length}`)}\r\n\r\n${body}`,
  'a header over two lines': `${post('X-A: b\r\n c', length)}\r\n\r\n${body}`,
  'an unknown transfer coding': `${post('Transfer-Encoding: xchunked')}\r\n\r\n0\r\n\r\n`,
  'a transfer coding behind a space': `${post('Transfer-Encoding : chunked')}\r\n\r\n0\r\n\r\n`,
  'a chunk whose length is no number': `${post('Transfer-Encoding: chunked')}\r\n\r\n0x1f\r\n${body}\r\n0\r\n\r\n`,
  'lines that end without a carriage return': 'GET /health HTTP/1.1\nHost: localhost\n\n',
  'two host names': get('/health', 'Host: localhost', 'Host: evil.example'),
};

describe('a request with', () => {
  test.each(Object.keys(ambiguous))(
    '%s gets 400 with a code, and nothing behind it is read as a request',
    async (what) => {
      const asked = gateway.graph.people.seen.length;
      const response = await sendRaw(gateway.url, ambiguous[what]!);
      expect(response).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(response.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expectRefusal(response);
      expect(gateway.graph.people.seen.length).toBe(asked);
    },
  );

  test('headers that are too large gets 431', async () => {
    const response = await sendRaw(gateway.url, get('/health', 'Host: localhost', `X-A: ${'a'.repeat(70_000)}`));
    expect(response).toMatch(/^HTTP\/1\.1 431 /);
    expectRefusal(response);
  });
});

test.each([
  '/explorer/../package.json',
  '/explorer/../../../../../../etc/passwd',
  '/explorer/%2e%2e/%2e%2e/package.json',
  '/explorer/..%2f..%2fpackage.json',
  '/explorer/..\\..\\package.json',
  '/explorer/%00.html',
  '/explorer/%zz',
  '/explorer/%c0%ae%c0%ae/package.json',
  '//etc/passwd',
  'file:///etc/passwd',
])('the path %s leads to no file', async (path) => {
  const response = await sendRaw(gateway.url, get(path, 'Host: localhost'));
  expect(response).toMatch(/^HTTP\/1\.1 40[04] /);
  expectRefusal(response);
});

test('the gateway is no proxy: it answers a request for another server itself, and opens no tunnel', async () => {
  const absolute = await sendRaw(gateway.url, get('http://192.0.2.1/health', 'Host: 192.0.2.1'));
  expect(absolute).toMatch(/^HTTP\/1\.1 200 OK.*\{"status":"ok"\}/s);
  expect(await sendRaw(gateway.url, 'CONNECT 127.0.0.1:5432 HTTP/1.1\r\nHost: 127.0.0.1:5432\r\n\r\n')).toBe('');
});

test('headers that proxies and frameworks obey change neither method nor path', async () => {
  const headers = ['X-HTTP-Method-Override: DELETE', 'X-Original-URL: /health', 'X-Rewrite-URL: /health', length];
  const response = await sendRaw(gateway.url, `${post(...headers, 'Connection: close')}\r\n\r\n${body}`);
  expect(response).toMatch(/^HTTP\/1\.1 200 OK.*"people":/s);
});

/** Every refusal has a code, a request id and the headers of data, and no cache may keep it. */
function expectRefusal(response: string): void {
  const [head = '', text = ''] = response.split('\r\n\r\n');
  expect(JSON.parse(text)).toEqual({
    errors: [
      {
        message: expect.any(String),
        extensions: {
          code: expect.stringMatching(/^(BAD_REQUEST|NOT_FOUND)$/),
          retryable: false,
          requestId: expect.any(String),
        },
      },
    ],
  });
  for (const header of ['x-content-type-options: nosniff', 'cache-control: no-store', "default-src 'none'"]) {
    expect(head.toLowerCase()).toContain(header);
  }
}
