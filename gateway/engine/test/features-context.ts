import type { Feature } from './features.ts';

type Row = Record<string, unknown>;
const itself = (reference: Row): Row => reference;

const accounts = [
  { id: '1', currency: 'EUR', payments: [{ id: 'p' }, { id: 'q' }] },
  { id: '2', currency: 'USD', payments: [{ id: 'p' }] },
  { id: '3', currency: null, payments: [{ id: 'p' }] },
];

const contexts: Feature = {
  name: 'arguments from the context of an object',
  stock: 'refuses',
  subgraphs: {
    a: {
      sdl: `type Query { accounts: [Account] }
        type Account @key(fields: "id") @context(name: "account") { id: ID! currency: String payments: [Payment] }
        type Payment @key(fields: "id") { id: ID! total(to: String @fromContext(field: "$account { currency }"), digits: Int = 0): String }`,
      resolvers: {
        Query: {
          accounts: () => accounts,
        },
        Payment: {
          __resolveReference: (reference: Row) => reference,
          total: ({ id }: Row, { to, digits }: Row) => `${id} in ${to} with ${digits}`,
        },
        Account: { __resolveReference: ({ id }: Row) => accounts.find((account) => account.id === id) },
      },
    },
    b: {
      sdl: 'type Payment @key(fields: "id") { id: ID! amount: Int }',
      resolvers: { Payment: { __resolveReference: ({ id }: Row) => ({ id, amount: id === 'p' ? 1 : 2 }) } },
    },
  },
  operations: [
    {
      query: 'query ($n: Int) { accounts { payments { amount total(digits: $n) } } }',
      variables: { n: 3 },
      data: {
        accounts: [
          {
            payments: [
              { amount: 1, total: 'p in EUR with 3' },
              { amount: 2, total: 'q in EUR with 3' },
            ],
          },
          { payments: [{ amount: 1, total: 'p in USD with 3' }] },
          { payments: [{ amount: 1, total: 'p in null with 3' }] },
        ],
      },
    },
  ],
};

const lines = [
  {
    id: 'l1',
    kind: 'shoe',
    maker: { code: 'A', tags: [{ text: 'x' }, { text: 'y' }] },
    unit: { id: 'u' },
    units: [{ id: 'u' }, { id: 'v' }],
    grid: [[{ id: 'u' }], null, [{ id: 'v' }]],
  },
  { id: 'l2', kind: 'sock', maker: null, unit: { id: 'u' }, units: [{ id: 'v' }], grid: [] },
];

const separateFetch: Feature = {
  name: 'arguments from the context of an object, in a separate fetch',
  stock: 'refuses',
  subgraphs: {
    labels: {
      sdl: `type Line @key(fields: "id") @context(name: "line") { id: ID! kind: String! @external maker: Maker @shareable }
        type Maker @shareable { code: String tags: [Tag!] } type Tag @shareable { text: String }
        type Unit @key(fields: "id") { id: ID! inner: Inner
          label(kind: String @fromContext(field: "$line { kind }"), loud: Boolean = false): String!
          by(code: String @fromContext(field: "$line { maker { code } }")): String
          tagged(tags: [String] @fromContext(field: "$line { maker { tags { text } } }")): String }
        type Inner @key(fields: "id") { id: ID! deep(kind: String @fromContext(field: "$line { kind }")): String }`,
      resolvers: {
        Line: { __resolveReference: ({ id }: Row) => lines.find((line) => line.id === id) },
        Unit: {
          __resolveReference: itself,
          inner: ({ id }: Row) => ({ id }),
          label: ({ id }: Row, { kind, loud }: Row) => `${id} of ${kind}${loud ? '!' : ''}`,
          by: ({ id }: Row, { code }: Row) => `${id} by ${code}`,
          tagged: (_: never, { tags }: Row) => JSON.stringify(tags),
        },
        Inner: { __resolveReference: itself, deep: ({ id }: Row, { kind }: Row) => `${id} in ${kind}` },
      },
    },
    orders: {
      sdl: `type Query { lines: [Line!]! line: Line! }
        type Line @key(fields: "id") { id: ID! kind: String! maker: Maker @shareable unit: Unit units: [Unit!]! grid: [[Unit]] }
        type Maker @shareable { code: String tags: [Tag!] } type Tag @shareable { text: String }
        type Unit @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { lines: () => lines, line: () => lines[0] },
        Line: { __resolveReference: ({ id }: Row) => lines.find((line) => line.id === id) },
      },
    },
  },
  operations: [
    {
      query: '{ lines { unit { label } } }',
      data: { lines: [{ unit: { label: 'u of shoe' } }, { unit: { label: 'u of sock' } }] },
    },
    { query: '{ line { unit { label } } }', data: { line: { unit: { label: 'u of shoe' } } }, maxRequests: 2 },
    {
      query: '{ lines { units { label } grid { label } } }',
      data: {
        lines: [
          {
            units: [{ label: 'u of shoe' }, { label: 'v of shoe' }],
            grid: [[{ label: 'u of shoe' }], null, [{ label: 'v of shoe' }]],
          },
          { units: [{ label: 'v of sock' }], grid: [] },
        ],
      },
    },
    {
      query: '{ lines { unit { by tagged inner { deep } } } }',
      data: {
        lines: [
          { unit: { by: 'u by A', tagged: '["x","y"]', inner: { deep: 'u in shoe' } } },
          { unit: { by: 'u by null', tagged: 'null', inner: { deep: 'u in sock' } } },
        ],
      },
    },
    {
      query: '{ line { a: unit { label } unit { b: label(loud: true) ...F } } } fragment F on Unit { label }',
      data: { line: { a: { label: 'u of shoe' }, unit: { b: 'u of shoe!', label: 'u of shoe' } } },
    },
    {
      query: 'query ($no: Boolean!) { line { unit { label by @include(if: $no) } } }',
      variables: { no: false },
      data: { line: { unit: { label: 'u of shoe' } } },
    },
    {
      query: '{ lines { kind: id unit { label } } }',
      data: {
        lines: [
          { kind: 'l1', unit: { label: 'u of shoe' } },
          { kind: 'l2', unit: { label: 'u of sock' } },
        ],
      },
    },
  ],
};

const item = (kind: string) => ({
  __typename: kind === 'shoe' ? 'Shoe' : 'Sock',
  id: kind,
  size: 3,
  cost: 5,
  unit: { id: 'u' },
});
const kinds = {
  __resolveReference: ({ id }: { id: string }) => item(id),
  kind: ({ id }: Row, { lang }: Row) => `${id} ${lang}`,
};

const abstractContexts: Feature = {
  name: 'contexts of interfaces and unions, whose selections have arguments',
  stock: 'refuses',
  subgraphs: {
    labels: {
      sdl: `interface Item @key(fields: "id") @context(name: "item") { id: ID! kind(lang: String = "en"): String! }
        type Shoe implements Item @key(fields: "id") @context(name: "article") { id: ID! kind(lang: String = "en"): String! @external
          size: Int @external }
        type Sock implements Item @key(fields: "id") @context(name: "article") { id: ID! kind(lang: String = "en"): String! @external
          cost: Int @external }
        union Thing @context(name: "thing") = Shoe | Sock
        type Unit @key(fields: "id") { id: ID!
          label(kind: String @fromContext(field: "$item { kind(lang: \\"fr\\") }")): String
          number(of: Int @fromContext(field: "$thing ... on Shoe { size } ... on Sock { cost }")): Int
          same(of: Int @fromContext(field: "$article ... on Shoe { size } ... on Sock { cost }")): Int }`,
      resolvers: {
        Unit: {
          __resolveReference: itself,
          label: ({ id }: Row, { kind }: Row) => `${id} of ${kind}`,
          number: (_: never, { of }: Row) => of,
          same: (_: never, { of }: Row) => of,
        },
      },
    },
    orders: {
      sdl: `type Query { items: [Item!]! shoe: Shoe things: [Thing!]! } union Thing = Shoe | Sock
        interface Item @key(fields: "id") { id: ID! kind(lang: String = "en"): String! unit: Unit }
        type Shoe implements Item @key(fields: "id") { id: ID! kind(lang: String = "en"): String! size: Int unit: Unit }
        type Sock implements Item @key(fields: "id") { id: ID! kind(lang: String = "en"): String! cost: Int unit: Unit }
        type Unit @key(fields: "id") { id: ID! }`,
      resolvers: {
        Item: { __resolveReference: ({ id }: { id: string }) => item(id) },
        Shoe: kinds,
        Sock: kinds,
        Query: {
          items: () => [item('shoe'), item('sock')],
          things: () => [item('shoe'), item('sock')],
          shoe: () => item('shoe'),
        },
      },
    },
  },
  operations: [
    {
      query: '{ items { unit { label } } }',
      data: { items: [{ unit: { label: 'u of shoe fr' } }, { unit: { label: 'u of sock fr' } }] },
    },
    {
      query: '{ items { kind(lang: "de") unit { label } } }',
      data: {
        items: [
          { kind: 'shoe de', unit: { label: 'u of shoe fr' } },
          { kind: 'sock de', unit: { label: 'u of sock fr' } },
        ],
      },
    },
    {
      query: '{ things { ... on Shoe { unit { number label } } ... on Sock { unit { number } } } }',
      data: { things: [{ unit: { number: 3, label: 'u of shoe fr' } }, { unit: { number: 5 } }] },
    },
    // The object types set the context, and the objects are selected through their interface.
    { query: '{ items { unit { same } } }', data: { items: [{ unit: { same: 3 } }, { unit: { same: 5 } }] } },
    { query: '{ shoe { unit { number } } }', data: { shoe: { unit: { number: 3 } } } },
  ],
};

/** `@context` and `@fromContext`. */
export const contextFeatures: readonly Feature[] = [contexts, separateFetch, abstractContexts];
