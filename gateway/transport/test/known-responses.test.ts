import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SubgraphResult, UNESCAPED } from '../../engine/ports.ts';
import { KnownResponses } from '../known-responses.ts';
import { ResponseBytes } from '../response-bytes.ts';
import { client, query, world } from './harness.ts';

/** A response that is long enough to be recognized. */
const response = (filling: string): SubgraphResult => ({ data: { filling, more: 'é'.repeat(1_000) } });

describe('a response that comes again', () => {
  test('is parsed once for all callers, although the subgraph responds to each of them', async () => {
    await using w = await world((request) => request.reply(response('same')));
    const results: SubgraphResult[] = [];
    for (const who of ['ann', 'bob', 'cid', 'dee']) results.push(await w.transport.fetch(query(), client(who)));
    expect(w.subgraph.requests).toHaveLength(4);
    expect(results).toEqual(Array(4).fill(response('same')));
    expect(results[3]).toBe(results[2]);
  });

  test('is distinguished from another one of the same length', async () => {
    await using w = await world((request, count) => request.reply(response(String(count).padStart(3))));
    for (let count = 1; count <= 9; count++) {
      expect(await w.transport.fetch(query(), client())).toEqual(response(String(count).padStart(3)));
    }
  });

  test('is parsed for each caller if callers may modify it', async () => {
    await using w = await world((request) => request.reply(response('same')), { shareResponses: false });
    const results: SubgraphResult[] = [];
    for (let count = 0; count < 4; count++) results.push(await w.transport.fetch(query(), client()));
    expect(new Set(results).size).toBe(4);
  });

  test('is refused each time if it is not a GraphQL result', async () => {
    await using w = await world((request) =>
      request.replyWith(200, 'application/json', `{"data":${' '.repeat(2_000)}`),
    );
    for (let count = 0; count < 4; count++) {
      await expect(w.transport.fetch(query(), client())).rejects.toMatchObject({
        code: 'SUBREQUEST_MALFORMED_RESPONSE',
      });
    }
  });
});

describe('known responses', () => {
  const parse = (bytes: ResponseBytes): SubgraphResult => JSON.parse(String(bytes.whole())) as SubgraphResult;

  /** Splits a text into chunks, as a network may. */
  function inChunks(text: string, sizes: readonly number[]): ResponseBytes {
    const bytes = new ResponseBytes();
    let rest = Buffer.from(text);
    for (const size of sizes) {
      bytes.add(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    bytes.add(rest);
    return bytes;
  }

  test('equal what was sent, in any order and any chunks', () => {
    const texts = ['a', 'b', 'c', 'longer', '\u{1f69a}'].map((filling) => JSON.stringify(response(filling)));
    const arrival = fc.tuple(fc.constantFrom(...texts), fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
        const known = new KnownResponses();
        for (const [text, sizes] of arrivals)
          expect(known.read(inChunks(text, sizes), parse)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('are rarely kept if they always differ', () => {
    const known = new KnownResponses();
    let parsed = 0;
    const read = (text: string) =>
      known.read(inChunks(text, []), (sent) => {
        parsed += 1;
        return parse(sent);
      });
    for (let count = 100; count < 900; count++) read(JSON.stringify(response(String(count))));
    parsed = 0;
    for (let count = 0; count < 100; count++) read(JSON.stringify(response('new')));
    expect(parsed).toBe(100); // each miss doubled the number of responses before the next one is kept
  });

  test('stay correct when longer ones displace older ones', () => {
    const known = new KnownResponses();
    const texts = Array.from({ length: 40 }, (_, index) => JSON.stringify(response('x'.repeat(40_000 + index))));
    for (const text of [...texts, ...texts, ...texts])
      expect(known.read(inChunks(text, []), parse)).toEqual(JSON.parse(text));
  });
});

describe('strings that JSON has to escape', () => {
  test.each([
    ['none', response('plain é \u{1f69a} \u2028'), true],
    ['a quote', response('"'), undefined],
    ['a control character', response('\n'), undefined],
    ['a lone surrogate', response('\ud800'), undefined],
  ])('%s: the result is marked accordingly', async (_, sent, unescaped) => {
    await using w = await world((request) => request.reply(sent));
    for (let count = 0; count < 4; count++) {
      const result = await w.transport.fetch(query(), client());
      expect([result, result[UNESCAPED]]).toEqual([sent, unescaped]);
    }
  });
});
