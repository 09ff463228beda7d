import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

const maxBodyBytes = 100_000;
const query = JSON.stringify({ query: '{ person(id: "1") { name } }' });

describe('a compressed request body', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway({ maxBodyBytes });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());
  const send = (encoding: string, body: Uint8Array<ArrayBuffer>) =>
    gateway.send(body, { ...json, 'content-encoding': encoding });

  test.each([
    ['gzip', gzipSync(query)],
    ['x-gzip', gzipSync(query)],
    ['BR', brotliCompressSync(query)],
    ['zstd', zstdCompressSync(query)],
    ['identity', Buffer.from(query)],
  ])('in %s is read', async (encoding, body) => {
    const { status, data } = await send(encoding, body);
    expect([status, data]).toEqual([200, { person: { name: 'Ada' } }]);
  });

  test.each([
    ['deflate', deflateSync(query)],
    ['gzip, br', brotliCompressSync(gzipSync(query))],
    ['aes128gcm', Buffer.from(query)],
  ])('in %s is refused with the supported codings', async (encoding, body) => {
    const { status, headers, errors } = await send(encoding, body);
    expect([status, headers.get('accept-encoding')]).toEqual([415, 'gzip, br, zstd']);
    expect(errors[0]).toMatchObject({
      message: 'The content encoding is not supported. Send the body plain or as one of: gzip, br, zstd.',
      extensions: { code: 'BAD_REQUEST' },
    });
  });

  test.each([
    ['plain', 'gzip', Buffer.from(query), 400, 'The body must be valid gzip.'],
    ['cut off', 'br', brotliCompressSync(query).subarray(0, -3), 400, 'The body must be valid br.'],
    ['empty', 'zstd', Buffer.alloc(0), 400, 'The body must be valid zstd.'],
    ['not JSON', 'gzip', gzipSync('{'), 400, 'The body must be valid JSON, and none of its keys may be "__proto__".'],
    ['not UTF-8', 'gzip', gzipSync(Buffer.from([0x22, 0xff, 0x22])), 400, 'The body must be valid UTF-8.'],
    [
      'a decompression bomb',
      'gzip',
      gzipSync(Buffer.alloc(50_000_000, ' ')),
      413,
      'The body is too large. Send a smaller one.',
    ],
    [
      'a decompression bomb',
      'br',
      brotliCompressSync(Buffer.alloc(50_000_000, ' ')),
      413,
      'The body is too large. Send a smaller one.',
    ],
    [
      'a decompression bomb',
      'zstd',
      zstdCompressSync(Buffer.alloc(50_000_000, ' ')),
      413,
      'The body is too large. Send a smaller one.',
    ],
    [
      'too large before decompression',
      'gzip',
      Buffer.alloc(maxBodyBytes + 1),
      413,
      'The body is too large. Send a smaller one.',
    ],
  ])('that is %s (%s) is refused', async (_, encoding, body, status, message) => {
    const refused = await send(encoding, body);
    expect([refused.status, refused.errors[0]?.message]).toEqual([status, message]);
  });

  test('of exactly the allowed size is read', async () => {
    const padded = query.padEnd(maxBodyBytes, ' ');
    expect((await send('gzip', gzipSync(padded))).status).toBe(200);
    expect((await send('gzip', gzipSync(`${padded} `))).status).toBe(413);
  });
});
