import { composeSupergraph } from '../../gateway/supergraph/compose.ts';
import { type StubSubgraph, startStubSubgraph } from '../../gateway/testing/stub-subgraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@listSize"])\n';
const people = `${link}
type Query { person(id: ID!): Person }
type Person @key(fields: "id") { id: ID!  name: String!  friends: [Person!]! @listSize(assumedSize: 10) }`;
const parcels = `${link}
type Query { parcel(id: ID!): Parcel }
type Parcel { id: ID!  weightKg: Float! }
type Person @key(fields: "id") { id: ID!  parcels: [Parcel!]! @listSize(assumedSize: 5) }`;

const named = (id: string) => ({ id, name: `Person ${id}` });
const parcelsOf = ({ id }: { id: string }) => [1, 2, 3].map((weightKg) => ({ id: `${id}-${weightKg}`, weightKg }));

/** The document of the benchmark: one request to each of two subgraphs, and 41 objects. */
export const text = 'query Person($id: ID!) { person(id: $id) { name friends { id name parcels { id weightKg } } } }';

export interface BenchGraph {
  readonly supergraphSdl: string;
  readonly subgraphs: readonly StubSubgraph[];
}

export async function startBenchGraph(): Promise<BenchGraph> {
  const peopleResolvers = {
    Query: { person: (_: unknown, { id }: { id: string }) => named(id) },
    Person: {
      friends: ({ id }: { id: string }) => Array.from({ length: 10 }, (_, index) => named(`${id}-${index}`)),
    },
  };
  const parcelResolvers = { Person: { __resolveReference: (person: object) => person, parcels: parcelsOf } };
  const one = await startStubSubgraph(people, peopleResolvers);
  const other = await startStubSubgraph(parcels, parcelResolvers);
  const supergraphSdl = composeSupergraph([
    { name: 'people', url: one.url, sdl: people },
    { name: 'parcels', url: other.url, sdl: parcels },
  ]);
  return { supergraphSdl, subgraphs: [one, other] };
}
