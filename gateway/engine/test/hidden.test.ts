import { describe, expect, test } from '@jest/globals';
import { federate } from './federation.ts';
import { ask, engineFor } from './harness.ts';

const echo = (_: never, args: unknown): string => JSON.stringify(args);

/** Inputs that `@inaccessible` hides from clients, at the root and on an entity of another subgraph. */
const federation = federate({
  search: {
    sdl: `type Query { find(filter: Filter, kind: Kind, limit: Int = 7 @inaccessible): Found kinds: [Kind] }
      input Filter { word: String deep: Int = 5 @inaccessible inner: Filter kinds: [Kind!] }
      enum Kind { NEW OLD @inaccessible }
      type Found @key(fields: "id") { id: ID! asked: String kind: Kind }`,
    resolvers: {
      Query: {
        find: (_: never, args: never) => ({ id: '1', asked: echo(_, args), kind: 'OLD' }),
        kinds: () => ['NEW', 'OLD'],
      },
    },
  },
  more: {
    sdl: `type Found @key(fields: "id") { id: ID! again(filter: Filter, limit: Int @inaccessible): String }
      input Filter { word: String deep: Int = 5 @inaccessible inner: Filter kinds: [Kind!] }
      enum Kind { NEW OLD @inaccessible }`,
    resolvers: { Found: { __resolveReference: (reference: unknown) => reference, again: echo } },
  },
});
const engine = engineFor(federation);

describe('an inaccessible input element', () => {
  test.each([
    ['an argument', '{ find(limit: 1) { id } }'],
    ['an argument beyond the first subgraph', '{ find { again(limit: 1) } }'],
    ['an enum value', '{ find(kind: OLD) { id } }'],
    ['an input field inside another', '{ find { again(filter: { inner: { deep: 1 } }) } }'],
  ])('is refused in a document: %s', async (_, source) => {
    const { errors } = await ask(engine, source);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  });

  test.each([
    ['query ($kind: Kind) { find(kind: $kind) { id } }', { kind: 'OLD' }],
    ['query ($filter: Filter) { find { again(filter: $filter) } }', { filter: { inner: { deep: 1 } } }],
    ['query ($kinds: [Kind!]) { find(filter: { kinds: $kinds }) { id } }', { kinds: ['NEW', 'OLD'] }],
  ])('is refused in a variable: %s', async (source, variables) => {
    const { data, errors } = await ask(engine, source, variables);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('has its default value in the subgraph', async () => {
    const source = 'query ($filter: Filter) { find(filter: $filter) { asked again(filter: $filter) } }';
    const { data } = await ask(engine, source, { filter: { word: 'w', inner: { kinds: 'NEW' } } });
    const filter = { word: 'w', deep: 5, inner: { deep: 5, kinds: ['NEW'] } };
    expect(data).toEqual({ find: { asked: JSON.stringify({ filter, limit: 7 }), again: JSON.stringify({ filter }) } });
  });
});

describe('an inaccessible value in a response', () => {
  const zoo = engineFor(
    federate({
      zoo: {
        sdl: `type Query { moods: [Mood] mood: Mood! keeper: Keeper animals: [Animal] pet: Animal }
          enum Mood { CALM ANGRY @inaccessible } type Keeper { mood: Mood! }
          interface Animal { name: String } type Cat implements Animal { name: String }
          type Dragon implements Animal @inaccessible { name: String }`,
        resolvers: {
          Query: {
            moods: () => ['CALM', 'ANGRY'],
            keeper: () => ({ mood: 'ANGRY' }),
            animals: () => [
              { __typename: 'Cat', name: 'Tom' },
              { __typename: 'Dragon', name: 'Smaug' },
            ],
            pet: () => ({ __typename: 'Dragon', name: 'Smaug' }),
          },
        },
      },
    }),
  );

  test('is null', async () => {
    expect(await ask(zoo, '{ moods animals { name } pet { __typename } }')).toEqual({
      data: { moods: ['CALM', null], animals: [{ name: 'Tom' }, null], pet: null },
    });
  });

  test('is an error at a non-null position', async () => {
    const { data, errors } = await ask(zoo, '{ keeper { mood } }');
    expect(data).toEqual({ keeper: null });
    expect(errors).toMatchObject([{ path: ['keeper', 'mood'] }]);
  });
});
