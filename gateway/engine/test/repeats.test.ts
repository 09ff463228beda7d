import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPEATED } from '../ports.ts';
import { foldRepeats } from '../values/fold-repeats.ts';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

interface Reference {
  readonly id: string;
}

describe('a response with folded repeats', () => {
  test('has each repeated object once, marked, and equals the original', () => {
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
    ['numbers and strings', '{"a":[{"v":1},{"v":"1"}]}'],
    ['zero and minus zero', '{"a":[{"v":0},{"v":-0}]}'],
    ['null and an absent key', '{"a":[{"v":null},{}]}'],
    ['different names', '{"a":[{"v":1},{"w":1}]}'],
    ['lists and objects', '{"a":[{"v":[]},{"v":{}}]}'],
    ['different orders of keys', '{"a":[{"v":1,"w":2},{"w":2,"v":1}]}'],
    ['a value and one under the key __proto__', '{"a":[{"__proto__":{"v":1}},{"v":1}]}'],
  ])('keeps %s separate', (_, text) => {
    const folded = JSON.parse(text) as { a: unknown[] };
    foldRepeats(folded);
    expect(JSON.stringify(folded)).toBe(JSON.stringify(JSON.parse(text)));
    expect(folded.a[0]).not.toBe(folded.a[1]);
  });

  test('has the same JSON text as the original', () => {
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

  test('may be nested deeper than the call stack', () => {
    const text = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
    expect(() => foldRepeats(JSON.parse(text) as object)).not.toThrow();
  });
});

describe('operations over responses with folded repeats', () => {
  /** Both boxes have the same item, so their contents are equal in `items`. `notes` adds a different note to each. */
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

  test('keep equal objects separate when fields are added through their parents', async () => {
    const { data, errors } = await ask(engine, '{ boxes { content { item { name } note } } }');
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      boxes: [
        { content: { item: { name: 'item a' }, note: 'box 1' } },
        { content: { item: { name: 'item a' }, note: 'box 2' } },
      ],
    });
  });

  test('fetch a repeated object once', async () => {
    federation.transport.drain();
    const { data } = await ask(engine, '{ boxes { content { wrapping { layers of { name } } } } }');
    const wrapping = { layers: 2, of: { name: 'item a' } };
    expect(data).toEqual({ boxes: [{ content: { wrapping } }, { content: { wrapping } }] });
    const [, request] = federation.transport.drain();
    expect(request).toMatchObject({ subgraph: 'names', variables: { representations: [{ id: 'a' }] } });
  });

  test('escape strings when one of the responses has escapes', async () => {
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

  test('report an error at every position of a repeated object', async () => {
    const { data, errors } = await ask(engine, '{ boxes { content { wrapping { layers of { must } } } } }');
    expect(data).toEqual({ boxes: Array(2).fill({ content: { wrapping: { layers: 2, of: null } } }) });
    const paths = [0, 1].map((box) => ['boxes', box, 'content', 'wrapping', 'of', 'must']);
    expect(errors?.map(({ path }) => path)).toEqual(paths);
  });
});
