import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Received } from '../../testing/scripted-subgraph.ts';
import { client, failureOf, mutation, query, world } from './harness.ts';

const limits = { compressFromLength: 1_000 };
const long = query(`{ ${'weightKg '.repeat(500)} }`);
const isGzip = ({ headers }: Received): boolean => /content-encoding: gzip/i.test(headers);

test('a large body is sent as gzip', async () => {
  await using w = await world((request) => request.reply({ data: { body: gunzipSync(request.body).toString() } }), {
    limits,
  });
  expect(await w.transport.fetch(long, client())).toEqual({ data: { body: long.body } });
});

test('a small body is sent uncompressed', async () => {
  await using w = await world((request) => request.reply({ data: { gzip: isGzip(request) } }), { limits });
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { gzip: false } });
});

test('a subgraph that does not support gzip gets the request again uncompressed, and all later requests, too', async () => {
  await using w = await world(
    (request) => {
      if (isGzip(request)) request.replyWith(415, 'text/plain', '');
      else request.reply({ data: { length: request.body.length } });
    },
    { limits },
  );
  const change = { ...mutation, body: long.body };
  expect(await w.transport.fetch(change, client())).toEqual({ data: { length: long.body.length } });
  await w.transport.fetch(long, client());
  expect(w.subgraph.requests.map(isGzip)).toEqual([true, false, false]);
});

const acceptEncoding = ({ headers }: Received): string | undefined => /^accept-encoding: (.*)$/im.exec(headers)?.[1];

test('a subgraph may compress its responses only if its requests are compressed', async () => {
  await using near = await world((request) => request.reply({ data: { accepts: acceptEncoding(request) } }));
  await using far = await world((request) => request.reply({ data: { accepts: acceptEncoding(request) } }), { limits });
  const withOwn = client('alice', { headers: { 'accept-encoding': 'deflate' } });
  expect(await near.transport.fetch(query(), withOwn)).toEqual({ data: { accepts: 'identity' } });
  expect(await far.transport.fetch(query(), withOwn)).toEqual({ data: { accepts: 'gzip, br, zstd' } });
});

const response = JSON.stringify({ data: { text: 'é'.repeat(5_000) } });

test.each([
  ['gzip', gzipSync(response)],
  ['x-gzip', gzipSync(response)],
  ['br', brotliCompressSync(response)],
  ['ZSTD', zstdCompressSync(response)],
  ['identity', Buffer.from(response)],
])('a response in %s is read, even if the gateway did not accept compression', async (coding, body) => {
  await using w = await world((request) =>
    request.replyWith(200, 'application/json', body, `content-encoding: ${coding}\r\n`),
  );
  expect(await w.transport.fetch(query(), client())).toEqual(JSON.parse(response));
});

test.each([
  ['with an unsupported coding', 200, 'deflate', deflateSync(response), 'SUBREQUEST_MALFORMED_RESPONSE'],
  ['that does not match its content-encoding', 200, 'gzip', Buffer.from(response), 'SUBREQUEST_MALFORMED_RESPONSE'],
  ['that is cut off', 200, 'gzip', gzipSync(response).subarray(0, -9), 'SUBREQUEST_MALFORMED_RESPONSE'],
  ['that would be too large', 200, 'gzip', gzipSync('x'.repeat(20_000_000)), 'SUBREQUEST_MALFORMED_RESPONSE'],
  ['with an error status and an unreadable body', 502, 'gzip', Buffer.from('bad gateway'), 'SUBREQUEST_HTTP_ERROR'],
])('a response %s is a failure', async (_, status, coding, body, code) => {
  await using w = await world(
    (request) => request.replyWith(status, 'application/json', body, `content-encoding: ${coding}\r\n`),
    { limits: { maxResponseBytes: 100_000 } },
  );
  expect((await failureOf(w.transport.fetch(query(), client()))).code).toBe(code);
});
