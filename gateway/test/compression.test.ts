import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { json, startTestGateway, type TestGateway } from '../testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway[Symbol.asyncDispose]());

/** Requests a text of this number of characters. Unlike `fetch`, does not decompress the response. */
function ask(characters: number, acceptEncoding?: string) {
  const echoed = 'x'.repeat(characters);
  const headers = { ...json, ...(acceptEncoding !== undefined && { 'accept-encoding': acceptEncoding }) };
  return new Promise<{ coding: string | undefined; vary: string | undefined; body: Buffer }>((resolve, reject) => {
    const asked = request(`${gateway.url}/graphql`, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { 'content-encoding': coding, vary } = response.headers;
        resolve({ coding, vary, body: Buffer.concat(chunks) });
      });
    }).on('error', reject);
    asked.end(JSON.stringify({ query: '{ people { id } echo(text: "$$$") }'.replace('$$$', echoed) }));
  });
}
const expected = (characters: number) => ({
  data: { people: [{ id: '1' }, { id: '2' }], echo: 'x'.repeat(characters) },
});

test.each([
  ['zstd', zstdDecompressSync],
  ['br', brotliDecompressSync],
  ['gzip', gunzipSync],
] as const)('a response is compressed by %s, also when it is long', async (accepted, decompress) => {
  for (const characters of [2_000, 50_000]) {
    const { coding, vary, body } = await ask(characters, accepted);
    expect([coding, vary]).toEqual([accepted, expect.stringContaining('accept-encoding')]);
    expect(JSON.parse(decompress(body).toString())).toEqual(expected(characters));
  }
});

test('a client that names no coding or refuses it, and one with a short response, gets it uncompressed', async () => {
  for (const [characters, accepted] of [
    [2_000, undefined],
    [2_000, 'identity'],
    [2_000, 'compress'],
    [500, 'gzip'],
  ] as const) {
    const { coding, vary, body } = await ask(characters, accepted);
    expect(coding).toBeUndefined();
    // A cache may give an uncompressed response only to clients with the same header. A short one is the same for all.
    expect(vary).toBe(characters < 1_024 ? 'Origin, accept' : 'Origin, accept, accept-encoding');
    expect(JSON.parse(body.toString())).toEqual(expected(characters));
  }
});

test.each([
  ['gzip, deflate, br, zstd', 'zstd'],
  ['gzip;q=1, br;q=0.5', 'gzip'],
  ['*', 'zstd'],
  ['gzip;q=0, *', 'zstd'],
  ['zstd;q=0, br;q=0, *;q=0.1', 'gzip'],
  ['zstd;q=0, br;q=0, gzip;q=0, *', undefined],
  ['gzip;q=0', undefined],
  ['identity;q=1, gzip;q=0.5', undefined],
  ['identity;q=0.5, gzip', 'gzip'],
  ['identity;q=0, br', 'br'],
  ['*;q=0', undefined],
  ['x-gzip', 'gzip'],
  ['GZip', 'gzip'],
  ['"', undefined],
])('of several codings the client gets the one that it prefers: %s', async (accepted, coding) => {
  expect((await ask(2_000, accepted)).coding).toBe(coding);
});

test('caches learn that every response at /graphql depends on the accept header', async () => {
  const address = `${gateway.url}/graphql`;
  const ask = (accept: string, body = '{"query":"{ people { id } }"}') =>
    fetch(address, { method: 'POST', headers: { ...json, accept }, body });
  const responses = {
    'a response': ask('application/json'),
    'an event stream': ask('text/event-stream'),
    'a refusal by the accept header': ask('image/png'),
    'a refusal of a body': ask('application/json', '{'),
    'a redirect': fetch(address, { headers: { accept: 'text/html' }, redirect: 'manual' }),
    'a missing path': fetch(`${gateway.url}/nowhere`),
  };
  for (const [name, response] of Object.entries(responses)) {
    expect([name, (await response).headers.get('vary')]).toEqual([name, 'Origin, accept']);
  }
});
