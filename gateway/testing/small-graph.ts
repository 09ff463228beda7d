import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, graphql, parse } from 'graphql';
import type { HealthPart } from '#shared/runtime/health.ts';
import { composeSupergraph } from '../supergraph/compose.ts';

/** Two subgraphs over real HTTP: `people` owns Person, `parcels` adds what they were sent. */
export interface SmallGraph {
  readonly supergraphSdl: string;
  readonly people: TestSubgraph;
  readonly parcels: TestSubgraph;
  close(): Promise<void>;
}

export interface TestSubgraph {
  readonly url: string;
  /** Headers of the requests so far, oldest first. */
  readonly seen: IncomingHttpHeaders[];
  /** What `/health` answers. */
  health: { status: number; parts: readonly HealthPart[]; clock?: () => Date };
  /** Requests to `/health` so far. */
  readonly probes: () => number;
  /** Answers wait until the returned function is called. */
  hold(): () => void;
  /** Resolves when the next request has arrived. */
  arrival(): Promise<void>;
  /** Resolves when the next request is given up by whoever sent it. */
  departure(): Promise<void>;
  close(): Promise<void>;
}

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@authenticated", "@requiresScopes", "@tag"])\n`;

const peopleSdl = `${link}
type Query { people: [Person!]! person(id: ID!): Person failing: String echo(text: String!): String secret: String @authenticated }
input SignUpInput { name: String! password: String! }
type Mutation { rename(id: ID!, name: String!): Person signUp(input: SignUpInput!): Boolean }
type Person @key(fields: "id") { id: ID! name: String! friends: [Person!]! }`;

const parcelsSdl = `${link}
type Query { parcels: [Parcel!]! }
type Parcel @key(fields: "id") { id: ID! weightKg: Float! to: Person }
type Person @key(fields: "id") { id: ID! parcels: [Parcel!] }`;

const people = [
  { id: '1', name: 'Ada' },
  { id: '2', name: 'Grace' },
];
const personOf = ({ id }: { id: string }) => people.find((person) => person.id === id) ?? null;

const peopleResolvers = {
  Query: {
    people: () => people,
    person: (_: unknown, args: { id: string }) => personOf(args),
    failing: () => {
      throw new Error('connect ECONNREFUSED 10.1.2.3:5432');
    },
    echo: (_: unknown, { text }: { text: string }) => text,
    secret: () => 'the safe is behind the picture',
  },
  Mutation: {
    rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ ...personOf({ id }), id, name }),
    signUp: () => true,
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
    people: await startSubgraph(peopleSdl, peopleResolvers),
    parcels: await startSubgraph(parcelsSdl, parcelsResolvers),
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

async function startSubgraph(sdl: string, resolvers: object): Promise<TestSubgraph> {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never });
  const seen: IncomingHttpHeaders[] = [];
  const arrivals: (() => void)[] = [];
  const departures: (() => void)[] = [];
  let gate: Promise<void> = Promise.resolve();
  let probes = 0;
  const subgraph: Pick<TestSubgraph, 'health'> = { health: { status: 200, parts: [] } };
  const server = createServer((request, response) => {
    if (request.url === '/health') {
      probes += 1;
      const { status, parts, clock = () => new Date() } = subgraph.health;
      response.writeHead(status, { 'content-type': 'application/json', date: clock().toUTCString() });
      response.end(JSON.stringify({ parts }));
      return;
    }
    seen.push(request.headers);
    for (const arrived of arrivals.splice(0)) arrived();
    response.once('close', () => {
      if (!response.writableFinished) for (const departed of departures.splice(0)) departed();
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      void gate
        .then(() => answer(schema, Buffer.concat(chunks).toString('utf8')))
        .then((text) => response.setHeader('content-type', 'application/json').end(text));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(subgraph, {
    probes: () => probes,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    arrival: () => new Promise<void>((resolve) => arrivals.push(resolve)),
    departure: () => new Promise<void>((resolve) => departures.push(resolve)),
    close: () => closeServer(server),
  });
}

async function answer(schema: GraphQLSchema, body: string): Promise<string> {
  const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
  return JSON.stringify(await graphql({ schema, source: query, variableValues: variables }));
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
