import type { Feature } from './features.ts';

type Row = Record<string, unknown>;
const stops = {
  depot: [
    { __typename: 'Note', text: 'depot note', priority: 1 },
    { __typename: 'Gate', code: 'G1', size: 4, keeper: { name: 'Kim' }, text: 'gate text' },
  ],
  yard: [
    { __typename: 'Note', text: 'yard note', priority: 2 },
    { __typename: 'Crane', load: 9, size: 'heavy', text: 'crane text' },
  ],
};

/**
 * When several subgraphs can resolve a field, only the members that all of them know are fetched, as in every other gateway. The fields of other
 * members are null.
 */
const members: Feature = {
  name: 'shareable fields of unions whose members differ between subgraphs',
  subgraphs: {
    depot: {
      sdl: `type Query { depot: Site spare: Part } type Site @key(fields: "id") { id: ID! plan: Plan @shareable }
        type Plan @shareable { parts(first: Int): [Part!]! } union Part = Note | Gate
        type Note @shareable { text: String priority: Int } type Gate { code: String size: Int keeper: Keeper text: String }
        type Keeper { name: String greeting(word: String): String }`,
      resolvers: {
        Query: { depot: () => ({ id: '1' }), spare: () => stops.depot[1] },
        Site: { __resolveReference: (reference: Row) => reference, plan: () => ({ parts: stops.depot }) },
        Keeper: { greeting: ({ name }: Row, { word }: { word?: string }) => `${word} ${name}` },
      },
    },
    yard: {
      sdl: `type Query { yard: Site } type Site @key(fields: "id") { id: ID! plan: Plan @shareable cranes: Int }
        type Plan @shareable { parts(first: Int): [Part!]! } union Part = Note | Crane
        type Note @shareable { text: String priority: Int } type Crane { load: Int size: String text: String }`,
      resolvers: {
        Query: { yard: () => ({ id: '2' }) },
        Site: {
          __resolveReference: ({ id }: Row) => ({ id, cranes: 1 }),
          plan: () => ({ parts: stops.yard }),
        },
      },
    },
  },
  operations: [
    {
      query: `query ($word: String, $yes: Boolean!) { depot { cranes plan { parts(first: 2) { ...All } } } yard { plan { parts { ...All } } } }
        fragment All on Part { ... on Note { text } ... on Crane { load text2: text }
          ... on Gate { door: code text keeper { name g: greeting(word: $word) ... @include(if: $yes) { kind: __typename } } } }`,
      variables: { word: 'hello', yes: true },
      data: {
        depot: { cranes: 1, plan: { parts: [{ text: 'depot note' }, { door: null, text: null, keeper: null }] } },
        yard: { plan: { parts: [{ text: 'yard note' }, { load: null, text2: null }] } },
      },
      maxRequests: 3,
    },
    {
      query:
        'query ($no: Boolean!) { depot { plan { parts { __typename ... on Gate @include(if: $no) { code } ... on Gate { size } } } } }',
      variables: { no: false },
      data: { depot: { plan: { parts: [{ __typename: 'Note' }, { __typename: 'Gate', size: null }] } } },
      maxRequests: 1,
    },
    {
      query: '{ depot { plan { parts { ... on Crane { load } __typename } } } }',
      data: { depot: { plan: { parts: [{ __typename: 'Note' }, { __typename: 'Gate' }] } } },
    },
    {
      query:
        'query ($word: String) { spare { ... on Gate { code keeper { greeting(word: $word) } } ... on Crane { load } } }',
      variables: { word: 'hello' },
      data: { spare: { code: 'G1', keeper: { greeting: 'hello Kim' } } },
    },
  ],
};

/** Interfaces and unions of which each subgraph knows only some types. */
export const partialFeatures: readonly Feature[] = [members];
