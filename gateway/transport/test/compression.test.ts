import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { client, mutation, query, world } from './harness.ts';
import type { Received } from './scripted-subgraph.ts';

const limits = { compressFromLength: 1_000 };
const long = query(`{ ${'weightKg '.repeat(500)} }`);
const isGzip = ({ headers }: Received): boolean => /content-encoding: gzip/i.test(headers);

test('a large body travels as gzip', async () => {
  await using w = await world((request) => request.reply({ data: { body: gunzipSync(request.body).toString() } }), {
    limits,
  });
  expect(await w.transport.fetch(long, client())).toEqual({ data: { body: long.body } });
});

test('a small body travels as it is', async () => {
  await using w = await world((request) => request.reply({ data: { gzip: isGzip(request) } }), { limits });
  expect(await w.transport.fetch(query(), client())).toEqual({ data: { gzip: false } });
});

test('a subgraph that does not understand gzip gets the same request plain, and from then on all of them', async () => {
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
