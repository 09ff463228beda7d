import { buildSubgraphSchema } from '@apollo/subgraph';
import { describe, expect, test } from '@jest/globals';
import { graphql, parse } from 'graphql';
import { boundLists } from '../graphql/list-sizes.ts';

const numbers = [1, 2, 3, 4, 5];
const typeDefs = parse(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
  type Query {
    short: [Int!]! @listSize(assumedSize: 5)
    long: [Int!]! @listSize(assumedSize: 3)
    promised: [Int!] @listSize(assumedSize: 2)
    missing: [Int!] @listSize(assumedSize: 2)
    box: Box
    asked(first: Int! = 2): [Int!]! @listSize(slicingArguments: ["first"], assumedSize: 2)
    free: [Int!]!
  }
  type Box { contents: [Int!]! @listSize(assumedSize: 1) }
`);
const resolvers = {
  Query: {
    short: () => numbers,
    long: () => numbers,
    promised: async () => numbers,
    missing: () => null,
    box: () => ({ contents: numbers }),
    asked: (_parent: unknown, { first }: { first: number }) => numbers.slice(0, first),
    free: () => numbers,
  },
};

describe('a list with a size in the SDL', () => {
  test('is never longer, whatever its resolver returns', async () => {
    const schema = boundLists(buildSubgraphSchema({ typeDefs, resolvers }));
    const source = '{ short long promised missing box { contents } asked(first: 4) free }';
    expect(await graphql({ schema, source })).toEqual({
      data: {
        short: [1, 2, 3, 4, 5],
        long: [1, 2, 3],
        promised: [1, 2],
        missing: null,
        box: { contents: [1] },
        asked: [1, 2, 3, 4],
        free: [1, 2, 3, 4, 5],
      },
    });
  });
});
