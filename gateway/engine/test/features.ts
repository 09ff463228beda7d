import type { SubgraphFixture } from './federation.ts';

/** A federation feature as a client sees it: subgraphs, and operations with the data that they get. */
export interface Feature {
  readonly name: string;
  readonly subgraphs: Record<string, SubgraphFixture>;
  readonly operations: readonly FeatureOperation[];
  /** `refuses` when `@apollo/gateway` doesn't load or run it. */
  readonly stock?: 'refuses';
}
export interface FeatureOperation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly data: unknown;
  readonly labels?: readonly string[];
  readonly maxRequests?: number;
  /** Why `@apollo/gateway` gives another result, if it does. */
  readonly stockDiffers?: string;
}

type Row = Record<string, unknown>;

/** The first row whose values equal those of the representation's key. */
function byKey(rows: readonly Row[], ...keys: string[]) {
  return {
    __resolveReference: (reference: Row) => rows.find((row) => keys.every((key) => same(row[key], reference[key]))),
  };
}
function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

const keys: Feature = {
  name: 'keys: multiple, compound, nested and non-resolvable',
  subgraphs: {
    catalog: {
      sdl: `type Query { items: [Item!]! stubs: [Item] }
        type Item @key(fields: "sku") @key(fields: "maker { code } serial") { sku: ID! serial: Int! maker: Maker! title: String }
        type Maker { code: String! @shareable }`,
      resolvers: {
        Query: {
          items: () => [
            { sku: 's1', serial: 1, maker: { code: 'A' }, title: 'One' },
            { sku: 's2', serial: 2, maker: { code: 'B' }, title: 'Two' },
          ],
        },
      },
    },
    stock: {
      sdl: `type Item @key(fields: "maker { code } serial") { serial: Int! maker: Maker! count: Int }
        type Maker { code: String! @shareable }`,
      resolvers: {
        Item: byKey(
          [
            { maker: { code: 'A' }, serial: 1, count: 7 },
            { maker: { code: 'B' }, serial: 2, count: 8 },
          ],
          'maker',
          'serial',
        ),
      },
    },
    prices: {
      sdl: `type Item @key(fields: "sku") { sku: ID! price: Float }
        type Query { cheapest: Item }`,
      resolvers: {
        Query: { cheapest: () => ({ sku: 's1', price: 1.5 }) },
        Item: byKey(
          [
            { sku: 's1', price: 1.5 },
            { sku: 's2', price: 2 },
          ],
          'sku',
        ),
      },
    },
    deals: {
      sdl: `type Query { deal: Deal } type Deal { item: Item percent: Int }
        type Item @key(fields: "sku", resolvable: false) { sku: ID! }`,
      resolvers: { Query: { deal: () => ({ percent: 10, item: { sku: 's2' } }) } },
    },
  },
  operations: [
    {
      query: '{ items { title count price maker { code } } }',
      data: {
        items: [
          { title: 'One', count: 7, price: 1.5, maker: { code: 'A' } },
          { title: 'Two', count: 8, price: 2, maker: { code: 'B' } },
        ],
      },
      maxRequests: 3,
    },
    // No entity is fetched from catalog: it has no reference resolver, so graphql-js would return the reference itself.
    {
      query: '{ cheapest { sku price } deal { percent item { price } } }',
      data: { cheapest: { sku: 's1', price: 1.5 }, deal: { percent: 10, item: { price: 2 } } },
    },
  ],
};

const requires: Feature = {
  name: 'requires and provides',
  subgraphs: {
    products: {
      sdl: `type Query { top: [Product] } type Product @key(fields: "upc") { upc: ID! size: Size weight: Int name: String @shareable }
        type Size { width: Int height: Int }`,
      resolvers: {
        Query: { top: () => [{ upc: '1' }, { upc: '2' }] },
        Product: {
          __resolveReference: (reference: Row) => reference,
          size: ({ upc }: Row) => (upc === '2' ? null : { width: 2, height: 3 }),
          weight: ({ upc }: Row) => Number(upc) * 10,
          name: ({ upc }: Row) => `name-${upc}`,
        },
      },
    },
    shipping: {
      sdl: `type Product @key(fields: "upc") { upc: ID! size: Size @external weight: Int @external
          estimate: Int @requires(fields: "size { width height } weight") name: String @external }
        type Size { width: Int @external height: Int @external }
        type Query { shipped: [Product] @provides(fields: "name") }`,
      resolvers: {
        Query: { shipped: () => [{ upc: '2', name: 'provided' }] },
        Product: {
          __resolveReference: (reference: Row) => reference,
          estimate: ({ size, weight }: { size: { width: number; height: number } | null; weight: number }) =>
            size ? size.width * size.height * weight : -1,
        },
      },
    },
  },
  operations: [
    { query: '{ top { estimate } }', data: { top: [{ estimate: 60 }, { estimate: -1 }] }, maxRequests: 2 },
    { query: '{ shipped { name } }', data: { shipped: [{ name: 'provided' }] }, maxRequests: 1 },
    { query: '{ shipped { estimate weight } }', data: { shipped: [{ estimate: -1, weight: 20 }] } },
  ],
};

const abstractTypes: Feature = {
  name: 'interfaces, unions, fragments and conflicting aliases',
  subgraphs: {
    library: {
      sdl: `type Query { media: [Media] find(ids: [ID!]): [Found] }
        interface Media { id: ID! title: String }
        type Book implements Media @key(fields: "id") { id: ID! title: String pages: Int! author: Person }
        type Film implements Media @key(fields: "id") { id: ID! title: String pages: String author: Person }
        union Found = Book | Film | Person
        type Person @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          media: () => [
            { __typename: 'Book', id: 'b1', title: 'Bread', pages: 9, author: { id: 'p1' } },
            { __typename: 'Film', id: 'f1', title: 'Fire', pages: 'many', author: { id: 'p1' } },
          ],
          find: () => [
            { __typename: 'Person', id: 'p1' },
            { __typename: 'Book', id: 'b1', title: 'Bread', pages: 9 },
          ],
        },
        Person: { __resolveReference: (reference: Row) => reference },
      },
    },
    people: {
      sdl: `type Person @key(fields: "id") { id: ID! name: String books(first: Int): [String] }
        type Book @key(fields: "id") { id: ID! rating: Int } type Film @key(fields: "id") { id: ID! rating: Float }`,
      resolvers: {
        Person: {
          __resolveReference: (reference: Row) => reference,
          name: ({ id }: Row) => `name of ${id}`,
          books: (_: never, { first }: { first?: number }) => ['x', 'y', 'z'].slice(0, first ?? 3),
        },
        Book: { __resolveReference: (reference: Row) => ({ ...reference, rating: 5 }) },
        Film: { __resolveReference: (reference: Row) => ({ ...reference, rating: 2.5 }) },
      },
    },
  },
  operations: [
    {
      query:
        '{ media { __typename kind: __typename title ... on Book { pages rating } ... on Film { length: pages stars: rating } } }',
      data: {
        media: [
          { __typename: 'Book', kind: 'Book', title: 'Bread', pages: 9, rating: 5 },
          { __typename: 'Film', kind: 'Film', title: 'Fire', length: 'many', stars: 2.5 },
        ],
      },
      maxRequests: 2,
    },
    {
      query:
        '{ media { ... on Book { author { b: books(first: 1) name } } ... on Film { author { b: books(first: 2) } } } }',
      stockDiffers: 'it merges both fetches into both authors',
      data: { media: [{ author: { b: ['x'], name: 'name of p1' } }, { author: { b: ['x', 'y'] } }] },
    },
    {
      query:
        'query ($ids: [ID!]) { find(ids: $ids) { ...Any } } fragment Any on Found { ... on Media { id title } ... on Person { name } __typename }',
      variables: { ids: ['b1'] },
      data: {
        find: [
          { name: 'name of p1', __typename: 'Person' },
          { id: 'b1', title: 'Bread', __typename: 'Book' },
        ],
      },
    },
    {
      query:
        'query ($no: Boolean = false, $yes: Boolean!) { media { id @skip(if: $yes) ... @include(if: $no) { title } ... on Book @include(if: $yes) { pages } } }',
      variables: { yes: true },
      data: { media: [{ pages: 9 }, {}] },
    },
  ],
};

const interfaceObjects: Feature = {
  name: 'interface objects',
  subgraphs: {
    accounts: {
      sdl: `type Query { accounts: [Account] }
        interface Account @key(fields: "id") { id: ID! owner: String }
        type Personal implements Account @key(fields: "id") { id: ID! owner: String }
        type Business implements Account @key(fields: "id") { id: ID! owner: String vat: String }`,
      resolvers: {
        Query: {
          accounts: () => [
            { __typename: 'Personal', id: '1', owner: 'Ann' },
            { __typename: 'Business', id: '2', owner: 'Bo', vat: 'DE1' },
          ],
        },
        Account: {
          __resolveReference: ({ id }: Row) =>
            id === '1'
              ? { __typename: 'Personal', id, owner: 'Ann' }
              : { __typename: 'Business', id, owner: 'Bo', vat: 'DE1' },
        },
        Personal: { __resolveReference: ({ id }: Row) => ({ id, owner: 'Ann' }) },
        Business: { __resolveReference: ({ id }: Row) => ({ id, owner: 'Bo', vat: 'DE1' }) },
      },
    },
    balances: {
      sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! balance: Int } type Query { richest: Account }`,
      resolvers: {
        Query: { richest: () => ({ id: '2', balance: 200 }) },
        Account: { __resolveReference: ({ id }: Row) => ({ id, balance: Number(id) * 100 }) },
      },
    },
    limits: {
      sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! limit: Int }`,
      resolvers: { Account: { __resolveReference: ({ id }: Row) => ({ id, limit: Number(id) * 10 }) } },
    },
  },
  operations: [
    {
      query: '{ accounts { id balance } }',
      data: {
        accounts: [
          { id: '1', balance: 100 },
          { id: '2', balance: 200 },
        ],
      },
      maxRequests: 2,
    },
    {
      query: '{ richest { __typename id balance owner ... on Business { vat } } }',
      data: { richest: { __typename: 'Business', id: '2', balance: 200, owner: 'Bo', vat: 'DE1' } },
    },
    { query: '{ accounts { ... on Personal { balance } } }', data: { accounts: [{ balance: 100 }, {}] } },
    // The object type isn't fetched between two interface objects.
    { query: '{ richest { id limit } }', data: { richest: { id: '2', limit: 20 } }, maxRequests: 2 },
  ],
};

const overrides: Feature = {
  name: 'progressive override',
  subgraphs: {
    old: {
      sdl: `type Query { thing: Thing } type Thing @key(fields: "id") { id: ID! colour: String size: Int }`,
      resolvers: {
        Query: { thing: () => ({ id: '1' }) },
        Thing: { __resolveReference: (r: Row) => r, colour: () => 'old', size: () => 1 },
      },
    },
    next: {
      sdl: `type Thing @key(fields: "id") { id: ID! colour: String @override(from: "old", label: "move-colour") size: Int @override(from: "old", label: "percent(50)") }`,
      resolvers: { Thing: { __resolveReference: (r: Row) => r, colour: () => 'next', size: () => 2 } },
    },
  },
  operations: [
    { query: '{ thing { colour size } }', data: { thing: { colour: 'old', size: 1 } }, maxRequests: 1 },
    { query: '{ thing { colour size } }', labels: ['move-colour'], data: { thing: { colour: 'next', size: 1 } } },
    {
      query: '{ thing { colour size } }',
      labels: ['move-colour', 'percent(50)'],
      data: { thing: { colour: 'next', size: 2 } },
      maxRequests: 2,
    },
  ],
};

const inputs: Feature = {
  name: 'variables in every position',
  subgraphs: {
    echo: {
      sdl: `type Query { echo(text: String, numbers: [Int!], filter: Filter, kind: Kind, any: Any): Echo }
        input Filter { not: Filter words: [String!] kind: Kind = GOOD limit: Int = 3 } enum Kind { GOOD BAD }
        scalar Any type Echo @key(fields: "id") { id: ID! args: Any }`,
      resolvers: { Query: { echo: (_: never, args: Row) => ({ id: 'e', args }) } },
    },
    more: {
      sdl: `type Echo @key(fields: "id") { id: ID! again(filter: Filter, text: String = "default"): Any }
        input Filter { not: Filter words: [String!] kind: Kind = GOOD limit: Int = 3 } enum Kind { GOOD BAD } scalar Any`,
      resolvers: { Echo: { __resolveReference: (r: Row) => r, again: (_: never, args: Row) => args } },
    },
  },
  operations: [
    {
      query:
        'query ($t: String = "x", $n: [Int!], $w: String!, $k: Kind, $a: Any) { echo(text: $t, numbers: $n, filter: { not: { words: [$w, "b"] } }, kind: $k, any: $a) { args again(filter: { words: [$w], kind: BAD }) } }',
      variables: { n: 5, w: 'a"\\\u0000é', k: 'BAD', a: { deep: [1, { __proto__x: null }] } },
      data: {
        echo: {
          args: {
            text: 'x',
            numbers: [5],
            filter: { not: { words: ['a"\\\u0000é', 'b'], kind: 'GOOD', limit: 3 }, kind: 'GOOD', limit: 3 },
            kind: 'BAD',
            any: { deep: [1, { __proto__x: null }] },
          },
          again: { filter: { words: ['a"\\\u0000é'], kind: 'BAD', limit: 3 }, text: 'default' },
        },
      },
      maxRequests: 2,
    },
  ],
};

const names: Feature = {
  name: 'response keys that every JavaScript object inherits',
  subgraphs: {
    a: {
      sdl: `type Query { one: One } type One @key(fields: "id") { id: ID! constructor: String name: String }`,
      resolvers: {
        Query: { one: () => ({ id: '1', constructor: 'made', name: 'n' }) },
        One: { __resolveReference: (r: Row) => ({ ...r, constructor: 'made' }) },
      },
    },
    b: {
      sdl: `type One @key(fields: "id") { id: ID! toString: String }`,
      resolvers: { One: { __resolveReference: ({ id }: Row) => ({ id }), toString: () => null } },
    },
  },
  operations: [
    {
      query: '{ one { __proto__: name constructor toString hasOwnProperty: id } }',
      data: { one: JSON.parse('{"__proto__":"n","constructor":"made","toString":null,"hasOwnProperty":"1"}') },
    },
  ],
};

const introspection: Feature = {
  name: 'introspection mixed with data, inaccessible elements hidden',
  subgraphs: {
    a: {
      sdl: `type Query { now: Int hidden: Int @inaccessible level(choice: Choice): Level again: Query } input Choice { a: Int } enum Level { LOW HIGH @inaccessible } type Secret @inaccessible { id: ID }`,
      resolvers: { Query: { now: () => 1, level: () => 'LOW', again: () => ({}) } },
    },
  },
  operations: [
    {
      query:
        'query ($n: String!) { now t: __type(name: $n) { ...T } __schema { queryType { fields { name } } } __typename } fragment T on __Type { name kind }',
      variables: { n: 'Level' },
      data: {
        now: 1,
        t: { name: 'Level', kind: 'ENUM' },
        __schema: { queryType: { fields: [{ name: 'now' }, { name: 'level' }, { name: 'again' }] } },
        __typename: 'Query',
      },
    },
    { query: '{ __type(name: "Secret") { name } }', data: { __type: null }, maxRequests: 0 },
    {
      query: '{ __type(name: "Choice") { isOneOf } level: __type(name: "Level") { isOneOf } }',
      data: { __type: { isOneOf: false }, level: { isOneOf: null } },
      maxRequests: 0,
      stockDiffers: 'it does not know this field of introspection',
    },
    {
      query: `query ($n: String!, $yes: Boolean!) { now ...F __schema @skip(if: $yes) { types { isOneOf } } }
        fragment F on Query { t: __type(name: $n) @include(if: $yes) { ...T } ... @skip(if: $yes) { level } } fragment T on __Type { isOneOf kind }`,
      variables: { n: 'Choice', yes: true },
      data: { now: 1, t: { isOneOf: false, kind: 'INPUT_OBJECT' } },
      maxRequests: 1,
      stockDiffers: 'it does not know this field of introspection',
    },
    {
      query: '{ again { __typename s: __schema { queryType { isOneOf name } } now } }',
      data: { again: { __typename: 'Query', s: { queryType: { isOneOf: null, name: 'Query' } }, now: 1 } },
      stockDiffers: 'it does not know this field of introspection',
    },
  ],
};

const mutations: Feature = {
  name: 'mutations run one after the other',
  subgraphs: {
    a: {
      sdl: `type Query { x: Int } type Mutation { first: Log second: Log } type Log @key(fields: "id") { id: ID! seen: Int }`,
      resolvers: {
        Mutation: { first: () => ({ id: '1', seen: 1 }), second: () => ({ id: '2', seen: 3 }) },
        Log: { __resolveReference: (r: Row) => r },
      },
    },
    b: {
      sdl: `type Mutation { between: Int } type Log @key(fields: "id") { id: ID! note: String }`,
      resolvers: {
        Mutation: { between: () => 2 },
        Log: { __resolveReference: ({ id }: Row) => ({ id, note: `note ${id}` }) },
      },
    },
  },
  operations: [
    {
      query: 'mutation { first { seen note } between second { seen note } }',
      data: { first: { seen: 1, note: 'note 1' }, between: 2, second: { seen: 3, note: 'note 2' } },
    },
  ],
};

export const features: readonly Feature[] = [
  keys,
  requires,
  abstractTypes,
  interfaceObjects,
  overrides,
  inputs,
  names,
  introspection,
  mutations,
];
