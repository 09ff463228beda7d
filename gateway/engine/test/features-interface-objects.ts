import type { Feature } from './features.ts';

type Row = Record<string, unknown>;
const itself = (reference: Row): Row => reference;

const accounts = [
  { __typename: 'Admin', id: 'a', name: 'Ann', level: 3 },
  { __typename: 'User', id: 'u', name: 'Ulf' },
  { __typename: 'Robot', id: 'r', name: 'Rob' },
];
const find = ({ id }: Row) => accounts.find((account) => account.id === id);

/** `people` knows the types; to `greetings` and `ages` an account is an object. */
const subgraphs: Feature['subgraphs'] = {
  people: {
    sdl: `type Query { all: [Account!]! one: Account! teams: [Team!]! } type Team { lead: Account! members: [[Account]!]! }
      interface Account @key(fields: "id") { id: ID! name: String boss: Account }
      type Admin implements Account @key(fields: "id") { id: ID! name: String boss: Account level: Int }
      type User implements Account @key(fields: "id") { id: ID! name: String boss: Account }
      type Robot implements Account @key(fields: "id") { id: ID! name: String boss: Account }`,
    resolvers: {
      Query: {
        all: () => accounts,
        one: () => accounts[0],
        teams: () => [
          {
            lead: accounts[0],
            members: [
              [accounts[1], null],
              [accounts[2], accounts[0]],
            ],
          },
        ],
      },
      Account: { __resolveReference: find },
      Admin: { __resolveReference: find, boss: () => accounts[1] },
      User: { __resolveReference: find, boss: () => accounts[0] },
      Robot: { __resolveReference: find },
    },
  },
  greetings: {
    sdl: `type Account @key(fields: "id") @interfaceObject { id: ID! name: String @external
        greeting: String! @requires(fields: "name") shout(times: Int = 1): String @requires(fields: "name")
        country: String friend: Account friends: [Account!]! }`,
    resolvers: {
      Account: {
        __resolveReference: itself,
        greeting: ({ name }: Row) => {
          if (name === undefined) throw new Error('a greeting needs a name');
          return `hello ${name}`;
        },
        shout: ({ name }: { name: string }, { times }: { times: number }) => name.toUpperCase().repeat(times),
        country: () => 'CH',
        friend: ({ id }: Row) => ({ id: id === 'a' ? 'u' : 'a' }),
        friends: () => [{ id: 'r' }, { id: 'a' }],
      },
    },
  },
  ages: {
    sdl: `type Query { eldest: Account! }
      type Account @key(fields: "id") @interfaceObject { id: ID! age: Int! country: String @external
        origin: String @requires(fields: "country") }`,
    resolvers: {
      Query: { eldest: () => ({ id: 'u' }) },
      Account: { __resolveReference: itself, age: () => 30, origin: ({ country }: Row) => `from ${country}` },
    },
  },
};

const typenames: Feature = {
  name: 'the type of an object that an interface object adds to',
  subgraphs,
  operations: [
    {
      query: '{ all { ... on User { __typename country } } }',
      data: { all: [{}, { __typename: 'User', country: 'CH' }, {}] },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ all { __typename ... on User { __typename country age } ... on Admin { __typename level } } }',
      data: {
        all: [
          { __typename: 'Admin', level: 3 },
          { __typename: 'User', country: 'CH', age: 30 },
          { __typename: 'Robot' },
        ],
      },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ one { ... on Admin { kind: __typename ... on Account { __typename country } } } }',
      data: { one: { kind: 'Admin', __typename: 'Admin', country: 'CH' } },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query:
        'query ($yes: Boolean!) { one { ... on Admin @include(if: $yes) { __typename @include(if: $yes) country friend { __typename country } } } }',
      variables: { yes: true },
      data: { one: { __typename: 'Admin', country: 'CH', friend: { __typename: 'User', country: 'CH' } } },
    },
    {
      query:
        '{ __typename teams { __typename lead { __typename friends { __typename ... on Admin { __typename age } } } members { __typename ... on User { __typename country } } } }',
      data: {
        __typename: 'Query',
        teams: [
          {
            __typename: 'Team',
            lead: { __typename: 'Admin', friends: [{ __typename: 'Robot' }, { __typename: 'Admin', age: 30 }] },
            members: [
              [{ __typename: 'User', country: 'CH' }, null],
              [{ __typename: 'Robot' }, { __typename: 'Admin' }],
            ],
          },
        ],
      },
      stockDiffers: 'it takes the name of the interface for the type',
    },
    {
      query: '{ eldest { __typename country ... on User { __typename name } } }',
      data: { eldest: { __typename: 'User', country: 'CH', name: 'Ulf' } },
    },
  ],
};

const requirements: Feature = {
  name: 'an interface object that requires something of one type',
  subgraphs,
  operations: [
    {
      query: '{ all { ... on Admin { greeting } ... on User { age country } } }',
      data: { all: [{ greeting: 'hello Ann' }, { age: 30, country: 'CH' }, {}] },
      stockDiffers: 'it asks for the greeting of those without a name',
    },
    {
      query: '{ all { ... on Admin { greeting } ... on User { country } } }',
      data: { all: [{ greeting: 'hello Ann' }, { country: 'CH' }, {}] },
      stockDiffers: 'it asks for the greeting of those without a name',
    },
    {
      query: '{ all { country ... on Admin { greeting } } }',
      data: { all: [{ country: 'CH', greeting: 'hello Ann' }, { country: 'CH' }, { country: 'CH' }] },
      stockDiffers: 'it drops what lacks a name',
      maxRequests: 2,
    },
    {
      query: '{ all { name ... on Admin { greeting } } }',
      data: { all: [{ name: 'Ann', greeting: 'hello Ann' }, { name: 'Ulf' }, { name: 'Rob' }] },
      stockDiffers: 'it asks greetings for a User, which it does not know',
    },
    {
      query:
        '{ teams { lead { ... on Admin { greeting } } members { country ... on User { greeting } ... on Robot { shout(times: 2) } } } }',
      data: {
        teams: [
          {
            lead: { greeting: 'hello Ann' },
            members: [
              [{ country: 'CH', greeting: 'hello Ulf' }, null],
              [{ country: 'CH', shout: 'ROBROB' }, { country: 'CH' }],
            ],
          },
        ],
      },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query: '{ all { origin ... on Robot { greeting } } }',
      data: { all: [{ origin: 'from CH' }, { origin: 'from CH' }, { origin: 'from CH', greeting: 'hello Rob' }] },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query:
        'query ($no: Boolean!) { all { country ... on Admin { greeting @include(if: $no) } ... on User @skip(if: $no) { shout } } }',
      variables: { no: false },
      data: { all: [{ country: 'CH' }, { country: 'CH', shout: 'ULF' }, { country: 'CH' }] },
      stockDiffers: 'it drops what lacks a name',
    },
    {
      query:
        '{ one { boss { ...Hello } ... on Admin { friend { ...Hello __typename } } } } fragment Hello on Account { country ... on User { hello: greeting } }',
      data: {
        one: {
          boss: { country: 'CH', hello: 'hello Ulf' },
          friend: { country: 'CH', hello: 'hello Ulf', __typename: 'User' },
        },
      },
    },
    {
      query: '{ eldest { greeting origin } }',
      data: { eldest: { greeting: 'hello Ulf', origin: 'from CH' } },
    },
  ],
};

/** `@interfaceObject` under type conditions. */
export const interfaceObjectFeatures: readonly Feature[] = [typenames, requirements];
