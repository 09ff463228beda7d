import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
} from 'graphql';
import { createLog } from '#shared/runtime/log.ts';
import { runs } from '#shared/test/random.ts';
import { Engine } from '../../engine/engine.ts';
import { createInlinePlanner } from '../../engine/planning/inline-planner.ts';
import type { SubgraphResult, SubgraphTransport } from '../../engine/ports.ts';
import { generateOperation } from '../../engine/test/generated-operation.ts';
import { scope } from '../../engine/test/harness.ts';
import { foldRepeats } from '../../engine/values/fold-repeats.ts';
import { createErrorPolicy } from '../../errors/error-policy.ts';
import { fieldCosts } from '../cost/field-costs.ts';
import { type Prices, pricesOf } from './price-harness.ts';

const errorPolicy = createErrorPolicy(
  { publicErrorCodes: new Set(), publicErrorExtensions: new Set() },
  createLog('engine', 'silent'),
);

type Resolve = GraphQLFieldResolver<unknown, unknown>;

/** An engine for one subgraph in memory, whose fields all have this resolver. */
function engineOf({ supergraphSdl, supergraph, schema, model }: Prices, fieldResolver: Resolve): Engine {
  const transport: SubgraphTransport = {
    async fetch({ body }) {
      const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
      const executed = await execute({
        schema,
        document: parse(query),
        variableValues: variables ?? {},
        fieldResolver,
        typeResolver: (value) => (value as { __typename: string }).__typename,
      });
      const result = JSON.parse(JSON.stringify(executed)) as SubgraphResult;
      if (result.data) foldRepeats(result.data);
      return result;
    },
    subscribe: () => {
      throw new Error('no subscriptions here');
    },
    close: async () => {},
  };
  return new Engine({
    model: supergraph,
    planner: createInlinePlanner(supergraphSdl),
    transport,
    errorPolicy,
    costsOf: (operation) => fieldCosts(model, operation),
  });
}

async function costOf(engine: Engine, source: string, variables: Record<string, unknown> = {}) {
  const { data, cost } = await engine.execute(await engine.prepare({ source }), variables, scope);
  return { data: JSON.parse(data ?? 'null') as unknown, cost };
}

/** The cost of a response of which every object costs 1 and nothing else costs anything. */
function countObjects(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countObjects(item), 0);
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, item) => sum + countObjects(item), 1);
}

describe('the cost of a response', () => {
  const shop = pricesOf(`
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
    type Query {
      user: User
      absent: User
      users(first: Int!): [User]! @listSize(slicingArguments: ["first"])
      search(text: String @cost(weight: 3)): User @cost(weight: 5)
    }
    type Mutation { rename(name: String!): User  vanish: User }
    type User { name: String  score: Int @cost(weight: 4)  friend: User  tags: [String!] @cost(weight: 2) @listSize(assumedSize: 5) }
  `);
  const engine = engineOf(shop, (_source, _args, _context, { fieldName }) => {
    if (fieldName === 'absent' || fieldName === 'vanish') return null;
    if (fieldName === 'users') return [{}, null, {}];
    if (fieldName === 'tags') return ['one', 'two'];
    return fieldName === 'name' ? 'Ada' : fieldName === 'score' ? 7 : {};
  });

  test.each([
    ['an object costs 1, a scalar nothing', '{ user { name } }', 1],
    ['an object in an object costs 1 too', '{ user { friend { friend { name } } } }', 3],
    ['a null costs nothing', '{ absent { name } }', 0],
    ['a list costs its elements that came back', '{ users(first: 10) { name } }', 2],
    ['a field with @cost costs its weight', '{ user { score } }', 5],
    ['a list with @cost costs its weight for each element', '{ user { tags } }', 5],
    ['a given argument with @cost costs its weight', '{ search(text: "a") { name } }', 8],
    ['an argument that is not given costs nothing', '{ search { name } }', 5],
    ['a mutation costs 10', 'mutation { rename(name: "Ada") { name } }', 10],
    ['a mutation without a result has run and costs 10', 'mutation { vanish { name } }', 10],
    ['a field that is left out costs nothing', '{ user { name friend @include(if: false) { name } } }', 1],
    ['__typename costs nothing', '{ __typename user { __typename } }', 1],
    ['the schema costs 1', '{ __schema { queryType { name } } }', 1],
  ])('%s', async (_rule, source, cost) => {
    expect(await costOf(engine, source)).toMatchObject({ cost });
  });

  test('a response in parts costs as much as one response', async () => {
    const source = '{ user { name ... @defer { score friend { name } } } }';
    const operation = await engine.prepare({ source, incremental: true });
    let cost = 0;
    const payloads = await Array.fromAsync(
      engine.deliver(operation, {}, scope, '2022', (points) => {
        cost += points;
      }),
    );
    expect(payloads).toHaveLength(2);
    expect(cost).toBe(6);
  });
});

const connection = `@listSize(
  slicingArguments: ["first", "last"]
  assumedSize: 3
  sizedFields: ["nodes", "edges"]
  requireOneSlicingArgument: false
)`;

const social = pricesOf(`
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@listSize"])
  type Query {
    me: User
    users(first: Int = 2, last: Int): UserConnection ${connection}
    feed: [Item]! @listSize(assumedSize: 2)
  }
  interface Item { id: ID!  owner: User }
  type User implements Item { id: ID!  owner: User  friends(first: Int, last: Int): UserConnection ${connection}  items: [Item] @listSize(assumedSize: 2) }
  type Post implements Item { id: ID!  owner: User!  tags: [String!]! @listSize(assumedSize: 5)  likes: [User!] @listSize(assumedSize: 3) }
  type UserConnection { nodes: [User!]!  edges: [UserEdge]!  count: Int! }
  type UserEdge { node: User  cursor: String! }
`);

/** Draws every value: nulls, types, and lists up to the length that their arguments and the SDL allow. */
function drawnResolver(schema: GraphQLSchema, draw: fc.GeneratorValue): Resolve {
  const longest: Readonly<Record<string, number>> = { feed: 2, items: 2, tags: 5, likes: 3, users: 3, friends: 3 };
  return (source, args, _context, { fieldName, returnType }) => {
    const type = getNamedType(returnType);
    if (!isNonNullType(returnType) && draw(fc.nat, 4) === 0) return null;
    const { first, last } = args as { first?: number; last?: number };
    const stated = [first, last].filter((value) => typeof value === 'number');
    const length = stated.length > 0 ? Math.max(0, ...stated) : (longest[fieldName] ?? 0);
    const one = () => {
      if (isLeafType(type)) return type.name === 'Int' ? 1 : 'text';
      const names = isAbstractType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [type.name];
      return { __typename: draw(fc.constantFrom, ...names), length };
    };
    if (!isListType(getNullableType(returnType))) return one();
    const most = fieldName === 'nodes' || fieldName === 'edges' ? (source as { length: number }).length : length;
    return Array.from({ length: draw(fc.nat, most) }, one);
  };
}

test('random operations cost exactly the objects that came back, and at most their price', async () => {
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (draw) => {
      const operation = generateOperation(social.schema, draw, { maxDepth: 3 });
      if (!operation) return;
      const { source, variables } = operation;
      const price = social.priceOf(source, variables);
      if (price > 5_000) return;
      const engine = engineOf(social, drawnResolver(social.schema, draw));
      const { data, cost = Number.NaN } = await costOf(engine, source, variables);
      const counted = data === null ? cost : countObjects(data) - 1;
      expect({ source, variables, data, cost, isWithinPrice: cost <= price }).toEqual({
        ...{ source, variables, data, cost: counted },
        isWithinPrice: true,
      });
    }),
    { numRuns: runs(150, 10_000), endOnFailure: true },
  );
});
