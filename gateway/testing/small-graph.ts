import { GraphQLScalarType } from 'graphql';
import { GraphError } from '#shared/errors/errors.ts';
import { composeSupergraph } from '../supergraph/compose.ts';
import { type StubSubgraph, startStubSubgraph } from './stub-subgraph.ts';

/** Two subgraphs over real HTTP: `people` owns Person, `parcels` adds the parcels of a person. */
export interface SmallGraph {
  readonly supergraphSdl: string;
  readonly people: StubSubgraph;
  readonly parcels: StubSubgraph;
  close(): Promise<void>;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@tag"])\n`;

const peopleSdl = `${link}
scalar Day
input StayInput { days: [Day!]! }
type Query { nights(stay: StayInput!): Int me: Person @tag(name: "own-account") people: [Person!]! person(id: ID!): Person failing: String echo(text: String!): String secret: String @authenticated ledger(filter: LedgerFilter): Ledger @tag(name: "internal") @tag(name: "staff-network") forecast: String @tag(name: "tier-premium") }
input LedgerFilter { since: Day kind: LedgerKind }
enum LedgerKind { INCOME EXPENSE }
type Ledger { entries: Int! }
input SignUpInput { name: String! password: String! }
input SignOutInput { accountId: ID @tag(name: "staff-network") }
type Mutation { rename(id: ID!, name: String!): Person @tag(name: "staff-network") signUp(input: SignUpInput!): Boolean signOut(input: SignOutInput): Boolean }
type Person @key(fields: "id") { id: ID! name: String! friends: [Person!]! salary: Int @tag(name: "staff-network") visits: Int @tag(name: "staff-network-for-others") }`;

const parcelsSdl = `${link}
type Query { parcels: [Parcel!]! }
type Parcel @key(fields: "id") { id: ID! weightKg: Float! to: Person }
type Person @key(fields: "id") { id: ID! parcels: [Parcel!] }`;

const people = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Grace' },
];
const personOf = ({ id }: { id: string }) => people.find((person) => person.id === id) ?? null;

/** A scalar that only its subgraph knows. */
const Day = new GraphQLScalarType({
  name: 'Day',
  parseValue(value) {
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) return value;
    throw new GraphError('BAD_USER_INPUT', 'This is not a day.');
  },
});

const peopleResolvers = {
  Day,
  Query: {
    nights: (_: unknown, { stay }: { stay: { days: string[] } }) => stay.days.length,
    me: () => people[0],
    people: () => people,
    person: (_: unknown, args: { id: string }) => personOf(args),
    failing: () => {
      throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
    },
    echo: (_: unknown, { text }: { text: string }) => text,
    ledger: () => ({ entries: 3 }),
    forecast: () => 'busy',
    secret: () => 'the safe is behind the picture',
  },
  Mutation: {
    rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...personOf({ id }), id, name }),
    signUp: () => true,
    signOut: () => true,
  },
  Person: { __resolveReference: personOf, friends: ({ id }: { id: string }) => people.filter((one) => one.id !== id) },
};

const parcelsOf = ({ id }: { id: string }) => [{ id: `p${id}`, weightKg: 2.5, to: { __typename: 'Person', id } }];
const parcelsResolvers = {
  Query: { parcels: () => people.flatMap(parcelsOf) },
  Person: { __resolveReference: (person: { id: string }) => person, parcels: parcelsOf },
};

export async function startSmallGraph(): Promise<SmallGraph> {
  const subgraphs = {
    people: await startStubSubgraph(peopleSdl, peopleResolvers),
    parcels: await startStubSubgraph(parcelsSdl, parcelsResolvers),
  };
  const supergraphSdl = composeSupergraph([
    { name: 'people', url: subgraphs.people.url, sdl: peopleSdl },
    { name: 'parcels', url: subgraphs.parcels.url, sdl: parcelsSdl },
  ]);
  return {
    supergraphSdl,
    ...subgraphs,
    async close() {
      await Promise.all([subgraphs.people.close(), subgraphs.parcels.close()]);
    },
  };
}
