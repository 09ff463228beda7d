import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  execute,
  type GraphQLFieldResolver,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  parse,
} from 'graphql';
import { runs } from '#shared/test/random.ts';
import { generateOperation } from '../../engine/test/generated-operation.ts';
import { pricesOf } from './price-harness.ts';

const connection = `@listSize(
  slicingArguments: ["first", "last"]
  assumedSize: 3
  sizedFields: ["nodes", "edges"]
  requireOneSlicingArgument: false
)`;

const { schema, priceOf } = pricesOf(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
  type Query {
    me: User
    users(first: Int = 2, last: Int): UserConnection ${connection}
    top(first: Int! = 4): [User!] @listSize(slicingArguments: ["first"], assumedSize: 4, requireOneSlicingArgument: false)
    feed: [Item!]! @listSize(assumedSize: 2)
  }
  interface Item { id: ID!  owner: User }
  type User implements Item { id: ID!  owner: User  friends(first: Int, last: Int): UserConnection ${connection}  items: [Item] @listSize(assumedSize: 2) }
  type Post implements Item { id: ID!  owner: User  tags: [String!]! @listSize(assumedSize: 5)  likes: [User!] @listSize(assumedSize: 3) }
  type UserConnection { nodes: [User!]!  edges: [UserEdge!]!  count: Int! }
  type UserEdge { node: User!  cursor: String! }
`);

/** Lists of the test schema without arguments. */
const fullLengths: Readonly<Record<string, number>> = {
  feed: 2,
  items: 2,
  tags: 5,
  likes: 3,
  users: 3,
  friends: 3,
  top: 4,
};

/** Resolves every field to a value, and lists to as many elements as their arguments and the SDL allow. */
function fullResolver(chooseType: (names: readonly string[]) => string): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, _context, { fieldName, returnType }) => {
    const type = getNamedType(returnType);
    const { first, last } = args as { first?: number; last?: number };
    const stated = [first, last].filter((value) => typeof value === 'number');
    const length = stated.length > 0 ? Math.max(0, ...stated) : (fullLengths[fieldName] ?? 0);
    const one = () => {
      if (isLeafType(type)) return type.name === 'Int' ? 1 : 'text';
      const names = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
      return { __typename: chooseType(names), length };
    };
    if (!isListType(getNullableType(returnType))) return one();
    const inherited = fieldName === 'nodes' || fieldName === 'edges' ? (source as { length: number }).length : length;
    return Array.from({ length: inherited }, one);
  };
}

function countObjects(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countObjects(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + countObjects(item), 1);
}

async function objectsIn(source: string, variables: object, chooseType: (names: readonly string[]) => string) {
  const { data, errors } = await execute({
    schema,
    document: parse(source),
    variableValues: variables as Record<string, unknown>,
    fieldResolver: fullResolver(chooseType),
    typeResolver: (value) => (value as { __typename: string }).__typename,
  });
  expect(errors).toBeUndefined();
  return countObjects(data) - 1; // the root is no object that a list could multiply
}

const pricings = runs(300, 10_000);

describe('random operations', () => {
  test('return no more objects than their price, and exactly as many if lists are full and types have no alternative', async () => {
    let exact = 0;
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (draw) => {
        const operation = generateOperation(schema, draw, { maxDepth: 3 });
        if (!operation) return;
        const { source, variables } = operation;
        const price = priceOf(source, variables);
        if (price > 20_000) return;
        const actual = await objectsIn(source, variables, (names) => draw(fc.constantFrom, ...names));
        expect({ source, variables, isEnough: actual <= price, actual, price }).toMatchObject({ isEnough: true });
        if (/feed|items/.test(source)) return;
        expect({ source, variables, price }).toEqual({ source, variables, price: actual });
        exact += 1;
      }),
      { numRuns: pricings, endOnFailure: true },
    );
    expect(exact).toBeGreaterThan(pricings / 10);
  });
});
