import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { operationOf } from './operation.ts';

const fail = () => {
  throw new Error('broken');
};
const schema = buildSubgraphSchema({
  typeDefs: parse(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    type Query { top: Product! products(first: Int! = 2): [Product!]! node: Node! found: [Result!]! nothing: String! }
    interface Node { id: ID! fails: Int! }
    union Result = Product | Shelf
    type Product implements Node @key(fields: "id") {
      id: ID! name: String! fails: Int! later: Int! absent: Int! tags: [String!]! grid: [[Int!]!]! shelf: Shelf! color: Color!
    }
    type Shelf { row: Int! fails: Int! }
    enum Color { RED }
  `),
  resolvers: {
    Query: {
      top: () => ({ id: '1' }),
      products: (_parent: unknown, { first }: { first: number }) => Array.from({ length: first }, (_, id) => ({ id })),
      node: () => ({ __typename: 'Product', id: '1' }),
      found: () => [{ __typename: 'Product', id: '1' }, { __typename: 'Shelf' }],
      nothing: () => null,
    },
    Product: {
      __resolveReference: ({ id }: { id: string }) => ({ id }),
      name: ({ id }: { id: string }) => `name ${id}`,
      fails: fail,
      later: async () => fail(),
      absent: () => null,
      tags: () => ['a', null, Promise.resolve(null), new Error('broken')],
      grid: async () => [[1, null], null],
      shelf: () => ({}),
      color: () => 'GREEN',
    },
    Shelf: { row: () => 1, fails: fail },
  },
});

async function ask(source: string, propagates: boolean) {
  const { data, errors } = await operationOf(schema, source).execute({ propagates });
  return {
    data: JSON.parse(JSON.stringify(data)) as unknown,
    paths: errors?.map(({ path }) => path?.join('.')).toSorted(),
  };
}

describe('under NULL', () => {
  test.each([
    [
      'a field that throws',
      '{ top { id fails name } }',
      { top: { id: '1', fails: null, name: 'name 1' } },
      ['top.fails'],
    ],
    ['a promise that rejects', '{ top { later name } }', { top: { later: null, name: 'name 1' } }, ['top.later']],
    [
      'a null that the schema forbids',
      '{ top { absent } nothing }',
      { top: { absent: null }, nothing: null },
      ['nothing', 'top.absent'],
    ],
    [
      'items of a list',
      '{ top { tags } }',
      { top: { tags: ['a', null, null, null] } },
      ['top.tags.1', 'top.tags.2', 'top.tags.3'],
    ],
    ['items of nested lists', '{ top { grid } }', { top: { grid: [[1, null], null] } }, ['top.grid.0.1', 'top.grid.1']],
    ['a value of another type', '{ top { color name } }', { top: { color: null, name: 'name 1' } }, ['top.color']],
    [
      'a nested object',
      '{ top { shelf { fails row } } }',
      { top: { shelf: { fails: null, row: 1 } } },
      ['top.shelf.fails'],
    ],
    [
      'objects of a list',
      '{ products { id fails } }',
      {
        products: [
          { id: '0', fails: null },
          { id: '1', fails: null },
        ],
      },
      ['products.0.fails', 'products.1.fails'],
    ],
    ['an interface', '{ node { id fails } }', { node: { id: '1', fails: null } }, ['node.fails']],
    [
      'a union',
      '{ found { ... on Product { fails name } ... on Shelf { row } } }',
      { found: [{ fails: null, name: 'name 1' }, { row: 1 }] },
      ['found.0.fails'],
    ],
    [
      'an entity',
      '{ _entities(representations: [{ __typename: "Product", id: "7" }]) { ... on Product { fails name } } }',
      { _entities: [{ fails: null, name: 'name 7' }] },
      ['_entities.0.fails'],
    ],
  ])('%s leaves one null and one error at its position', async (_title, source, data, paths) => {
    expect(await ask(source, false)).toEqual({ data, paths });
  });

  test('a request without errors has the same result as without the parameter', async () => {
    const source =
      '{ __typename products(first: 3) { __typename id name shelf { row } } node { id } _service { sdl } }';
    const usual = await ask(source, true);
    expect(usual.paths).toBeUndefined();
    expect(await ask(source, false)).toEqual(usual);
  });
});

test('errors propagate by default', async () => {
  expect(await ask('{ top { id fails } }', true)).toEqual({ data: null, paths: ['top.fails'] });
});
