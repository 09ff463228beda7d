import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPEATED } from '../ports.ts';
import { foldRepeats } from '../values/fold-repeats.ts';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

interface Reference {
  readonly id: string;
}

describe('an answer whose equal parts are one', () => {
  test('holds each of them once, marked, and is equal to what it was', () => {
    const data = { a: { list: [{ id: 1 }, { id: 2 }] }, b: [{ list: [{ id: 1 }, { id: 2 }] }, { id: 2 }], c: null };
    const folded = structuredClone(data);
    foldRepeats(folded);
    expect(folded).toEqual(data);
    expect(folded.b[0]).toBe(folded.a);
    expect(folded.b[1]).toBe(folded.a.list[1]);
    const isMarked = (value: object): boolean => REPEATED in value;
    expect([folded.a, folded.a.list[0]!, folded].map(isMarked)).toEqual([true, true, false]);
  });

  test.each([
    ['numbers and texts', '{"a":[{"v":1},{"v":"1"}]}'],
    ['zero and minus zero', '{"a":[{"v":0},{"v":-0}]}'],
    ['null and nothing', '{"a":[{"v":null},{}]}'],
    ['other names', '{"a":[{"v":1},{"w":1}]}'],
    ['lists and objects', '{"a":[{"v":[]},{"v":{}}]}'],
    ['another order of keys', '{"a":[{"v":1,"w":2},{"w":2,"v":1}]}'],
    ['a key that reaches for the prototype', '{"a":[{"__proto__":{"v":1}},{"v":1}]}'],
  ])('tells %s apart', (_, text) => {
    const folded = JSON.parse(text) as { a: unknown[] };
    foldRepeats(folded);
    expect(JSON.stringify(folded)).toBe(JSON.stringify(JSON.parse(text)));
    expect(folded.a[0]).not.toBe(folded.a[1]);
  });

  test('says the same, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string(),
          fc.json().map((text) => JSON.parse(text) as unknown),
        ),
        (value) => {
          const text = JSON.stringify(value);
          const folded = JSON.parse(text) as object;
          foldRepeats(folded);
          expect(JSON.stringify(folded)).toBe(text);
        },
      ),
    );
  });

  test('may be nested deeper than anybody recurses', () => {
    const text = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(() => foldRepeats(JSON.parse(text) as object)).not.toThrow();
  });
});

describe('operations over answers whose equal parts are one', () => {
  /** Both boxes hold the same item, so to `items` their contents are equal; `notes` knows better. */
  const federation = federate({
    items: {
      sdl: `type Query { boxes: [Box!]! } type Box @key(fields: "id") { id: ID! content: Content @shareable }
        type Content { item: Item, wrapping: Wrapping } type Wrapping { of: Item layers: Int } type Item @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { boxes: () => [{ id: '1' }, { id: '2' }] },
        Box: { content: () => ({ item: { id: 'a' }, wrapping: { of: { id: 'a' }, layers: 2 } }) },
      },
    },
    notes: {
      sdl: `type Box @key(fields: "id") { id: ID! content: Content @shareable } type Content { note: String }`,
      resolvers: {
        Box: {
          __resolveReference: ({ id }: Reference) => ({ id }),
          content: ({ id }: Reference) => ({ note: `box ${id}` }),
        },
      },
    },
    names: {
      sdl: 'type Item @key(fields: "id") { id: ID! name: String must: String! }',
      resolvers: {
        Item: { __resolveReference: ({ id }: Reference) => ({ id, name: `item ${id}`, must: null }) },
      },
    },
  });
  federation.transport.foldsRepeats = true;
  const engine = engineFor(federation);

  test('tell apart what their containers add to', async () => {
    const { data, errors } = await ask(engine, '{ boxes { content { item { name } note } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      boxes: [
        { content: { item: { name: 'item a' }, note: 'box 1' } },
        { content: { item: { name: 'item a' }, note: 'box 2' } },
      ],
    });
  });

  test('ask once for what repeats', async () => {
    federation.transport.drain();
    const { data } = await ask(engine, '{ boxes { content { wrapping { layers of { name } } } } }');
    const wrapping = { layers: 2, of: { name: 'item a' } };
    expect(data).toEqual({ boxes: [{ content: { wrapping } }, { content: { wrapping } }] });
    const [, asked] = federation.transport.drain();
    expect(asked).toMatchObject({ subgraph: 'names', variables: { representations: [{ id: 'a' }] } });
  });

  test('escape what one of the answers has escaped', async () => {
    federation.transport.intercept(({ subgraph }) =>
      subgraph === 'notes'
        ? { data: { _entities: [{ content: { note: '"1"\n' } }, { content: { note: '2' } }] } }
        : undefined,
    );
    const { data } = await ask(engine, '{ boxes { id content { note } } }');
    federation.transport.intercept(undefined);
    expect(data).toEqual({
      boxes: [
        { id: '1', content: { note: '"1"\n' } },
        { id: '2', content: { note: '2' } },
      ],
    });
  });

  test('report a fault at every place of what repeats', async () => {
    const { data, errors } = await ask(engine, '{ boxes { content { wrapping { layers of { must } } } } }');
    expect(data).toEqual({ boxes: Array(2).fill({ content: { wrapping: { layers: 2, of: null } } }) });
    const paths = [0, 1].map((box) => ['boxes', box, 'content', 'wrapping', 'of', 'must']);
    expect(errors?.map(({ path }) => path)).toEqual(paths);
  });
});
