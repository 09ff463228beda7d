import { describe, expect, test } from '@jest/globals';
import { maxCost } from '../cost/list-length.ts';
import { pricesOf } from './price-harness.ts';

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`;

const { priceOf, mostExpensivePathOf } = pricesOf(`${link('"@key", "@cost", "@listSize"')}
  type Query {
    warehouse: Warehouse
    warehouses: [Warehouse!]! @listSize(assumedSize: 8)
    unsized: [Warehouse!]!
    nodes: [Node] @listSize(assumedSize: 1)
    boxes(first: Int, last: Int, after: String): BoxConnection
      @listSize(
        slicingArguments: ["first", "last"]
        assumedSize: 20
        sizedFields: ["edges", "nodes"]
        requireOneSlicingArgument: false
      )
    latest(last: Int! = 50): [Box!]! @listSize(slicingArguments: ["last"], assumedSize: 50, requireOneSlicingArgument: false)
    strict(first: Int, last: Int): [Box!]! @listSize(slicingArguments: ["first", "last"])
    forecast(days: Int @cost(weight: 3), plan: PlanInput): Forecast @cost(weight: 20)
    places: [Place!]! @listSize(assumedSize: 10)
  }
  type Mutation { move(id: ID!): Box  burn: Box @cost(weight: 100) }
  type Subscription { boxMoved: Box }
  input PlanInput { name: String  detailed: Boolean @cost(weight: 7)  steps: [PlanInput!] }
  interface Node { id: ID! }
  type Warehouse implements Node @key(fields: "id") {
    id: ID!
    name: String
    place: Place
    boxes(first: Int): BoxConnection
      @listSize(slicingArguments: ["first"], assumedSize: 20, sizedFields: ["nodes"], requireOneSlicingArgument: false)
  }
  type BoxConnection { edges: [BoxEdge!]!  nodes: [Box!]!  pageInfo: PageInfo!  totalCount: Int! @cost(weight: 5) }
  type BoxEdge { cursor: String!  node: Box! }
  type PageInfo { hasNextPage: Boolean! }
  type Box implements Node @key(fields: "id") { id: ID!  warehouse: Warehouse  tags: [String!]!  labels: [Label!]! @listSize(assumedSize: 4) }
  type Label { text: String!  author: Person }
  type Person { name: String }
  type Forecast @cost(weight: 4) { total: Int  next: Forecast }
  union Place = Address | Area
  type Address { city: String  country: Country }
  type Area { corners: [Corner!]! @listSize(assumedSize: 4) }
  type Corner { latitude: Float }
  type Country { code: String }
`);

describe('the price of an operation is the number of objects that it may return', () => {
  test.each<[string, string, number]>([
    ['values cost nothing', '{ warehouse { id name } }', 1],
    ['an object in an object', '{ warehouse { boxes(first: 1) { totalCount } } }', 1 + 1 + 5],
    ['a list without arguments has its assumed size', '{ warehouses { id } }', 8],
    ['a list without a size in the SDL has the size that the gateway assumes', '{ unsized { id } }', 10],
    ['lists multiply', '{ warehouses { boxes(first: 3) { nodes { labels { text } } } } }', 8 * (1 + 1 + 3 * (1 + 4))],
    [
      '`first` sizes the nodes of a connection',
      '{ boxes(first: 7) { nodes { id } pageInfo { hasNextPage } } }',
      1 + 7 + 1,
    ],
    ['`first` sizes the edges of a connection', '{ boxes(first: 7) { edges { cursor node { id } } } }', 1 + 7 * 2],
    ['`last` sizes a connection, too', '{ boxes(last: 3) { nodes { id } } }', 4],
    ['without `first` and `last` the default page counts', '{ boxes { nodes { id } } }', 21],
    ['with null the default page counts', '{ boxes(first: null) { nodes { id } } }', 21],
    ['of `first` and `last` the larger counts', '{ boxes(first: 2, last: 9) { nodes { id } } }', 10],
    ['a negative length counts as 0', '{ boxes(first: -5) { nodes { id } } }', 1],
    ['the default of an argument in the SDL counts', '{ latest { id } }', 50],
    ['lists of values cost nothing', '{ warehouses { boxes(first: 1) { nodes { tags } } } }', 8 * 3],
    ['`@cost` on a field replaces the weight of its type', '{ forecast { total } }', 20],
    ['`@cost` on a type counts wherever the type is returned', '{ forecast { next { total } } }', 20 + 4],
    ['`@cost` on an argument is added if the argument is given', '{ forecast(days: 3) { total } }', 20 + 3],
    [
      '`@cost` on input fields is added for each given field',
      '{ forecast(plan: { steps: [{ detailed: true }, { detailed: false }] }) { total } }',
      20 + 14,
    ],
    ['a mutation costs 10', 'mutation { move(id: 1) { id } }', 10],
    ['`@cost` replaces the cost of a mutation', 'mutation { burn { id } }', 100],
    ['a subscription costs as much as one event', 'subscription { boxMoved { labels { text } } }', 5],
    ['fields with different aliases are priced separately', '{ a: warehouse { id } b: warehouse { id } }', 2],
    ['equal fields are priced once', '{ warehouse { id } warehouse { name } ... { warehouse { id } } }', 1],
    [
      'the selections of equal fields are merged',
      '{ warehouses { place { ...A } } warehouses { place { ...A } } } fragment A on Address { country { code } }',
      8 * 3,
    ],
    [
      'the most expensive type of a union counts',
      '{ places { ... on Address { country { code } } ... on Area { corners { latitude } } } }',
      10 * (1 + 4),
    ],
    [
      'a fragment that matches no type of an interface costs nothing',
      '{ nodes { ... on Box { ... on Warehouse { place { __typename } } } } }',
      1,
    ],
    ['fields of an interface and of its type are added', '{ nodes { id ... on Box { labels { text } } } }', 5],
    ['`@skip(if: true)` removes a field', '{ warehouses @skip(if: true) { id } warehouse { id } }', 1],
    ['`@include(if: false)` removes a field', '{ warehouses @include(if: false) { id } warehouse { id } }', 1],
    [
      'introspection costs one object for each root field',
      '{ __schema { types { name } } __type(name: "Box") { name } __typename }',
      2,
    ],
  ])('%s: %s', (_what, query, price) => {
    expect(priceOf(query)).toBe(price);
  });
});

describe('variables', () => {
  const page =
    'query($n: Int = 5, $all: Boolean = false) { boxes(first: $n) { nodes { labels @include(if: $all) { text } } } }';

  test.each<[string, Record<string, unknown>, number]>([
    ['the default counts for a variable that is not sent', {}, 1 + 5],
    ['a value replaces the default', { n: 30 }, 1 + 30],
    ['null counts as no size', { n: null }, 1 + 20],
    ['conditions are evaluated with the variables', { n: 2, all: true }, 1 + 2 * 5],
    ['a value of a wrong type counts as no size, because coercion refuses it later', { n: { a: 1 } }, 1 + 20],
  ])('%s: %j', (_what, variables, price) => {
    expect(priceOf(page, variables)).toBe(price);
  });

  test('a missing variable counts as the more expensive case, because coercion refuses it later', () => {
    expect(priceOf('query($yes: Boolean!) { warehouse @include(if: $yes) { id } }')).toBe(1);
    expect(priceOf('query($no: Boolean!) { warehouse @skip(if: $no) { id } }')).toBe(1);
  });

  test('names of object properties are not read as variables', () => {
    expect(priceOf('query($constructor: Int = 4) { boxes(first: $constructor) { nodes { id } } }')).toBe(5);
  });

  test('variables count in input objects, too', () => {
    expect(priceOf('query($plan: PlanInput) { forecast(plan: $plan) { total } }', { plan: { detailed: true } })).toBe(
      27,
    );
  });

  test('a field that is merged from two selections is priced by the conditions of both', () => {
    const query = `query($box: Boolean!, $label: Boolean!) {
      boxes(first: 10) @include(if: $box) { nodes { id } }
      ...Labels @include(if: $label)
    }
    fragment Labels on Query { boxes(first: 10) { nodes { labels { text } } } }`;
    expect(priceOf(query, { box: true, label: true })).toBe(1 + 10 * 5);
    expect(priceOf(query, { box: true, label: false })).toBe(1 + 10);
    expect(priceOf(query, { box: false, label: true })).toBe(1 + 10 * 5);
    expect(priceOf(query, { box: false, label: false })).toBe(0);
  });
});

describe('an exact number of slicing arguments', () => {
  test('is required unless the SDL says otherwise', () => {
    expect(priceOf('{ strict(first: 3) { id } }')).toBe(3);
    expect(() => priceOf('{ strict { id } }')).toThrow(
      '"strict" takes exactly one of "first", "last"; the operation gives 0.',
    );
    expect(() => priceOf('query($n: Int) { strict(first: 1, last: $n) { id } }', { n: 2 })).toThrow(
      'the operation gives 2',
    );
    expect(priceOf('query($n: Int) { strict(first: 1, last: $n) { id } }')).toBe(1);
  });
});

describe('large numbers', () => {
  const deep = (first: number) => {
    const levels = 12;
    return `{ ${`boxes(first: ${first}) { nodes { warehouse { `.repeat(1)}${`boxes(first: ${first}) { nodes { warehouse { `.repeat(levels)}id${' } } }'.repeat(levels + 1)} }`;
  };

  test('end at a ceiling and are never infinite', () => {
    expect(priceOf(deep(100))).toBe(maxCost);
    expect(priceOf(deep(2_147_483_647))).toBe(maxCost);
    expect(priceOf('query($n: Int) { boxes(first: $n) { nodes { id } } }', { n: Infinity })).toBe(maxCost);
  });

  test('fragments that double each other are priced without being expanded', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, n) =>
        `fragment F${n} on Warehouse { boxes(first: $n) { nodes { x: warehouse { ...F${n + 1} } y: warehouse { ...F${n + 1} } } } }`,
    );
    const query = `query($n: Int) { warehouse { ...F0 } } ${doubling.join(' ')} fragment F40 on Warehouse { id }`;
    // Each level has a connection, a box and two warehouses: 1 + 4 x 1 + 4 x 2 + …, and the last level has no more boxes.
    expect(priceOf(query, { n: 1 })).toBe(1 + 4 * (2 ** 40 - 1));
    expect(priceOf(query, { n: 100 })).toBe(maxCost);
  });
});

describe('the most expensive path', () => {
  test('is the deepest field in which at least half of the cost lies', () => {
    const query =
      'query($n: Int) { warehouses { name boxes(first: $n) { nodes { labels { author { name } } warehouse { id } } } } }';
    expect(mostExpensivePathOf(query, { n: 50 })).toBe('warehouses.boxes.nodes.labels');
  });

  test('has the names of the response', () => {
    expect(mostExpensivePathOf('{ mine: warehouses { id } }')).toBe('mine');
  });

  test('leads into the most expensive type of a union', () => {
    expect(
      mostExpensivePathOf('{ places { ... on Address { country { code } } ... on Area { corners { latitude } } } }'),
    ).toBe('places.corners');
  });

  test('is absent if the cost is spread over many fields', () => {
    expect(mostExpensivePathOf('{ a: warehouse { id } b: warehouse { id } c: warehouse { id } }')).toBeUndefined();
  });
});

describe('a supergraph', () => {
  test('may import the directives under other names', () => {
    const renamed = pricesOf(`${link('{ name: "@cost", as: "@price" }, { name: "@listSize", as: "@size" }')}
      type Query { dear: Thing @price(weight: 30)  many: [Thing!]! @size(assumedSize: 7) }
      type Thing { id: ID! }`);
    expect(renamed.priceOf('{ dear { id } many { id } }')).toBe(37);
  });

  test('may be without cost directives', () => {
    const silent = pricesOf(`type Query { many: [Thing!]! } type Thing { id: ID! parts: [Thing!]! }`, 3);
    expect(silent.priceOf('{ many { parts { id } } }')).toBe(3 + 9);
  });
});
