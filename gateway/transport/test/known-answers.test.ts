import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SubgraphResult, UNESCAPED } from '../../engine/ports.ts';
import { AnswerBytes } from '../answer-bytes.ts';
import { KnownAnswers } from '../known-answers.ts';
import { client, query, world } from './harness.ts';

/** An answer long enough to be worth recognizing. */
const answer = (filling: string): SubgraphResult => ({ data: { filling, more: 'é'.repeat(1_000) } });

describe('an answer that comes again', () => {
  test('is parsed once, whoever asks; the subgraph answers everybody', async () => {
    await using w = await world((request) => request.reply(answer('same')));
    const results: SubgraphResult[] = [];
    for (const who of ['ann', 'bob', 'cid', 'dee']) results.push(await w.transport.fetch(query(), client(who)));
    expect(w.subgraph.requests).toHaveLength(4);
    expect(results).toEqual(Array(4).fill(answer('same')));
    expect(results[3]).toBe(results[2]);
  });

  test('is told from one of the same length', async () => {
    await using w = await world((request, count) => request.reply(answer(String(count).padStart(3))));
    for (let count = 1; count <= 9; count++) {
      expect(await w.transport.fetch(query(), client())).toEqual(answer(String(count).padStart(3)));
    }
  });

  test('is parsed for each where whoever gets it may write to it', async () => {
    await using w = await world((request) => request.reply(answer('same')), { shareAnswers: false });
    const results: SubgraphResult[] = [];
    for (let count = 0; count < 4; count++) results.push(await w.transport.fetch(query(), client()));
    expect(new Set(results).size).toBe(4);
  });

  test('is refused each time when it is no answer', async () => {
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

describe('known answers', () => {
  const parse = (bytes: AnswerBytes): SubgraphResult => JSON.parse(String(bytes.whole())) as SubgraphResult;

  /** The bytes of a text as a network may deliver them. */
  function inChunks(text: string, sizes: readonly number[]): AnswerBytes {
    const bytes = new AnswerBytes();
    let rest = Buffer.from(text);
    for (const size of sizes) {
      bytes.add(rest.subarray(0, size));
      rest = rest.subarray(size);
    }
    bytes.add(rest);
    return bytes;
  }

  test('are what was sent, in whatever order and chunks', () => {
    const texts = ['a', 'b', 'c', 'longer', '\u{1f69a}'].map((filling) => JSON.stringify(answer(filling)));
    const arrival = fc.tuple(fc.constantFrom(...texts), fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 60 }), (arrivals) => {
        const known = new KnownAnswers();
        for (const [text, sizes] of arrivals)
          expect(known.read(inChunks(text, sizes), parse)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('are hardly ever kept where they always differ', () => {
    const known = new KnownAnswers();
    let parsed = 0;
    const read = (text: string) =>
      known.read(inChunks(text, []), (sent) => {
        parsed += 1;
        return parse(sent);
      });
    for (let count = 100; count < 900; count++) read(JSON.stringify(answer(String(count))));
    parsed = 0;
    for (let count = 0; count < 100; count++) read(JSON.stringify(answer('new')));
    expect(parsed).toBe(100); // it takes some patience by now
  });

  test('longer ones crowd out older ones, and everything is still what was sent', () => {
    const known = new KnownAnswers();
    const texts = Array.from({ length: 40 }, (_, index) => JSON.stringify(answer('x'.repeat(40_000 + index))));
    for (const text of [...texts, ...texts, ...texts])
      expect(known.read(inChunks(text, []), parse)).toEqual(JSON.parse(text));
  });
});

describe('strings that JSON has to escape', () => {
  test.each([
    ['none', answer('plain é \u{1f69a} \u2028'), true],
    ['a quote', answer('"'), undefined],
    ['a control character', answer('\n'), undefined],
    ['a lone surrogate', answer('\ud800'), undefined],
  ])('%s: the answer says so', async (_, sent, unescaped) => {
    await using w = await world((request) => request.reply(sent));
    for (let count = 0; count < 4; count++) {
      const result = await w.transport.fetch(query(), client());
      expect([result, result[UNESCAPED]]).toEqual([sent, unescaped]);
    }
  });
});
