import type { Feature } from './features.ts';
import type { SubgraphFixture } from './federation.ts';

type Row = Record<string, unknown>;
const itself = (reference: Row): Row => reference;

const chain: Feature = {
  name: 'requirements that require each other across three subgraphs',
  subgraphs: {
    a: {
      sdl: 'type Query { item: Item } type Item @key(fields: "id") { id: ID! base: Int }',
      resolvers: { Query: { item: () => ({ id: '1' }) }, Item: { __resolveReference: itself, base: () => 2 } },
    },
    b: {
      sdl: 'type Item @key(fields: "id") { id: ID! base: Int @external doubled: Int @requires(fields: "base") }',
      resolvers: { Item: { __resolveReference: itself, doubled: ({ base }: { base: number }) => base * 2 } },
    },
    c: {
      sdl: 'type Item @key(fields: "id") { id: ID! doubled: Int @external squared: Int @requires(fields: "doubled") }',
      resolvers: { Item: { __resolveReference: itself, squared: ({ doubled }: { doubled: number }) => doubled ** 2 } },
    },
  },
  operations: [{ query: '{ item { squared } }', data: { item: { squared: 16 } }, maxRequests: 3 }],
};

const requiredFragments: Feature = {
  name: 'fragments and interfaces inside @requires',
  subgraphs: {
    a: {
      sdl: `type Query { shelves: [Shelf] }
        type Shelf @key(fields: "id") { id: ID! media: [Media] }
        interface Media { title: String }
        type Book implements Media { title: String pages: Int } type Film implements Media { title: String minutes: Int }`,
      resolvers: {
        Query: { shelves: () => [{ id: '1' }, { id: '2' }] },
        Shelf: {
          __resolveReference: itself,
          media: ({ id }: Row) =>
            id === '2'
              ? []
              : [{ __typename: 'Book', title: 'b', pages: 10 }, { __typename: 'Film', title: 'f', minutes: 90 }, null],
        },
      },
    },
    b: {
      sdl: `type Shelf @key(fields: "id") { id: ID! media: [Media] @external
          load: String @requires(fields: "media { title ... on Book { pages } ... on Film { minutes } }") }
        interface Media { title: String }
        type Book implements Media { title: String @external pages: Int @external }
        type Film implements Media { title: String @external minutes: Int @external }`,
      resolvers: {
        Shelf: { __resolveReference: itself, load: ({ media }: { media: Row[] }) => JSON.stringify(media) },
      },
    },
  },
  operations: [
    {
      query: '{ shelves { load } }',
      data: {
        shelves: [
          {
            load: '[{"title":"b","pages":10},{"title":"f","minutes":90},null]',
          },
          { load: '[]' },
        ],
      },
    },
  ],
};

const sharedRoot: Feature = {
  name: 'root fields and value types shared by subgraphs',
  subgraphs: {
    a: {
      sdl: `type Query { product: Product @shareable } type Product @shareable { name: Name price: Int }
        type Name @shareable { id: ID! brand: String }`,
      resolvers: { Query: { product: () => ({ name: { id: '1', brand: 'B' }, price: 5 }) } },
    },
    b: {
      sdl: `type Query { product: Product @shareable } type Product @shareable { name: Name category: String }
        type Name @shareable { id: ID! model: String }`,
      resolvers: { Query: { product: () => ({ name: { id: '1', model: 'M' }, category: 'C' }) } },
    },
  },
  operations: [
    {
      query: '{ product { name { id brand model } price category } }',
      data: { product: { name: { id: '1', brand: 'B', model: 'M' }, price: 5, category: 'C' } },
      maxRequests: 2,
    },
  ],
};

const unions: Feature = {
  name: 'unions whose members differ between subgraphs, and @provides inside them',
  subgraphs: {
    a: {
      sdl: `type Query { found: [Found] @provides(fields: "... on Book { title }") }
        union Found = Book | Film
        type Book @key(fields: "id") { id: ID! title: String @external } type Film @key(fields: "id") { id: ID! minutes: Int }`,
      resolvers: {
        Query: {
          found: () => [
            { __typename: 'Book', id: 'b', title: 'provided' },
            { __typename: 'Film', id: 'f', minutes: 9 },
          ],
        },
      },
    },
    b: {
      sdl: `type Query { other: Found } union Found = Book | Song
        type Book @key(fields: "id") { id: ID! title: String @shareable isbn: String } type Song { name: String }`,
      resolvers: {
        Query: { other: () => ({ __typename: 'Song', name: 's' }) },
        Book: { __resolveReference: ({ id }: Row) => ({ id, title: 'own', isbn: `isbn-${id}` }) },
      },
    },
  },
  operations: [
    {
      query: '{ found { ... on Book { title } ... on Film { minutes } ... on Song { name } } }',
      data: { found: [{ title: 'provided' }, { minutes: 9 }] },
      maxRequests: 1,
    },
    {
      query: '{ found { __typename ... on Book { isbn } } other { __typename ... on Song { name } } }',
      data: {
        found: [{ __typename: 'Book', isbn: 'isbn-b' }, { __typename: 'Film' }],
        other: { __typename: 'Song', name: 's' },
      },
    },
  ],
};

const requiringInterfaceObject: Feature = {
  name: 'an interface object that requires a field of the interface',
  subgraphs: {
    a: {
      sdl: `type Query { users: [User] } interface User @key(fields: "id") { id: ID! points: Int }
        type Admin implements User @key(fields: "id") { id: ID! points: Int }
        type Guest implements User @key(fields: "id") { id: ID! points: Int }`,
      resolvers: {
        Query: {
          users: () => [
            { __typename: 'Admin', id: '1', points: 3 },
            { __typename: 'Guest', id: '2', points: 4 },
          ],
        },
      },
    },
    b: {
      sdl: `type User @key(fields: "id") @interfaceObject { id: ID! points: Int @external rank: String @requires(fields: "points") }`,
      resolvers: { User: { __resolveReference: itself, rank: ({ id, points }: Row) => `${id}:${points}` } },
    },
  },
  operations: [
    {
      query: '{ users { __typename rank } }',
      data: {
        users: [
          { __typename: 'Admin', rank: '1:3' },
          { __typename: 'Guest', rank: '2:4' },
        ],
      },
      maxRequests: 2,
    },
    { query: '{ users { ... on Guest { rank } } }', data: { users: [{}, { rank: '2:4' }] } },
  ],
};

const nestedEntities: Feature = {
  name: 'one entity under many parents is fetched once',
  subgraphs: {
    a: {
      sdl: `type Query { matrix: [[Cell!]]! } type Cell @key(fields: "row { id } column") { row: Row! column: Int! } type Row { id: ID! }`,
      resolvers: {
        Query: {
          matrix: () =>
            [0, 1, 0].map((row) => (row === 1 ? null : [0, 1, 0].map((column) => ({ row: { id: `${row}` }, column })))),
        },
      },
    },
    b: {
      sdl: 'type Cell @key(fields: "row { id } column") { row: Row! column: Int! text: String } type Row { id: ID! }',
      resolvers: {
        Cell: {
          __resolveReference: ({ row, column }: { row: { id: string }; column: number }) => ({
            row,
            column,
            text: `${row.id}/${column}`,
          }),
        },
      },
    },
  },
  operations: [
    {
      query: '{ matrix { text } }',
      data: {
        matrix: [
          [{ text: '0/0' }, { text: '0/1' }, { text: '0/0' }],
          null,
          [{ text: '0/0' }, { text: '0/1' }, { text: '0/0' }],
        ],
      },
      maxRequests: 2,
    },
  ],
};

const kinds = Array.from({ length: 12 }, (_, index) => `Kind${index}`);
const partOf = (field: string): SubgraphFixture => ({
  sdl: kinds
    .map((kind) => `type ${kind} @key(fields: "id") { id: ID! shared: String @shareable ${field}: String }`)
    .join(' '),
  resolvers: Object.fromEntries(
    kinds.map((kind) => [
      kind,
      { __resolveReference: (reference: Row) => ({ ...reference, shared: 'same', [field]: `${field} of ${kind}` }) },
    ]),
  ),
});

/** Each type has three candidate fetches, so together they have half a million candidate plans. */
const manyCandidates: Feature = {
  name: 'many types, each with a field that several subgraphs share',
  subgraphs: {
    a: {
      sdl: `type Query { any: Any all: [Any] } interface Any { id: ID! }
        ${kinds.map((kind) => `type ${kind} implements Any @key(fields: "id") { id: ID! }`).join(' ')}`,
      resolvers: {
        Query: {
          any: () => ({ __typename: 'Kind3', id: '1' }),
          all: () => kinds.map((kind, index) => ({ __typename: kind, id: `${index}` })),
        },
      },
    },
    b: partOf('b'),
    c: partOf('c'),
    d: partOf('d'),
  },
  operations: [
    {
      query: `{ any { ${kinds.map((kind) => `... on ${kind} { shared b c d }`).join(' ')} } }`,
      data: { any: { shared: 'same', b: 'b of Kind3', c: 'c of Kind3', d: 'd of Kind3' } },
      maxRequests: 4,
      stockDiffers: 'it needs seconds to plan it',
    },
    {
      query: `{ all { id ${kinds.map((kind) => `... on ${kind} { shared c }`).join(' ')} } }`,
      data: { all: kinds.map((kind, index) => ({ id: `${index}`, shared: 'same', c: `c of ${kind}` })) },
      maxRequests: 2,
      stockDiffers: 'it needs seconds to plan it',
    },
  ],
};

/** Several features in one operation. */
export const combinedFeatures: readonly Feature[] = [
  chain,
  requiredFragments,
  sharedRoot,
  unions,
  requiringInterfaceObject,
  nestedEntities,
  manyCandidates,
];
