import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type GraphQLSchema, graphql, parse, subscribe } from 'graphql';
import type { JsonObject, RequestScope, SubgraphRequest, SubgraphResult, SubgraphTransport } from '../ports.ts';
import { SubgraphFailure, UNESCAPED } from '../ports.ts';
import { foldRepeats } from '../values/fold-repeats.ts';

type Resolver = (parent: never, args: never, context: never, info: never) => unknown;
export type ResolverMap = Record<string, Record<string, Resolver | unknown>>;
export interface SubgraphFixture {
  readonly sdl: string;
  readonly resolvers?: ResolverMap;
}

export interface Federation {
  readonly supergraphSdl: string;
  readonly schemas: ReadonlyMap<string, GraphQLSchema>;
  readonly transport: MemoryTransport;
}

/** The newest federation directives, so that fixtures need no `extend schema @link` of their own. */
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext"
])\n`;

/** Composes subgraphs and answers for them from memory, as a stand-in for HTTP. */
export function federate(fixtures: Record<string, SubgraphFixture>): Federation {
  const services = Object.entries(fixtures).map(([name, { sdl }]) => ({
    name,
    url: `memory://${name}`,
    typeDefs: parse(withLink(sdl)),
  }));
  const composed = composeServices(services);
  if (composed.errors) throw new Error(composed.errors.map((error) => error.message).join('\n'));
  const schemas = new Map(
    Object.entries(fixtures).map(([name, { sdl, resolvers }]) => [
      name,
      buildSubgraphSchema({ typeDefs: parse(withLink(sdl)), resolvers: (resolvers ?? {}) as never }),
    ]),
  );
  return { supergraphSdl: composed.supergraphSdl, schemas, transport: new MemoryTransport(schemas) };
}

function withLink(sdl: string): string {
  return sdl.includes('@link(') ? sdl : link + sdl;
}

export interface RecordedRequest {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

type Answer = (request: RecordedRequest) => SubgraphResult | SubgraphFailure | undefined;

/** Runs each subgraph's schema in memory, remembers what was asked, and freezes what it answers. */
export class MemoryTransport implements SubgraphTransport {
  /** Whether equal parts of an answer are one, as in answers that a transport has kept. */
  foldsRepeats = false;
  readonly requests: RecordedRequest[] = [];
  readonly #schemas: ReadonlyMap<string, GraphQLSchema>;
  #answer: Answer | undefined;

  constructor(schemas: ReadonlyMap<string, GraphQLSchema>) {
    this.#schemas = schemas;
  }

  /** Lets a test answer in a subgraph's place; `undefined` falls through to the real schema. */
  intercept(answer: Answer | undefined): void {
    this.#answer = answer;
  }

  /** Forgets the requests seen so far and returns them. */
  drain(): RecordedRequest[] {
    return this.requests.splice(0);
  }

  async fetch(request: SubgraphRequest, _scope: RequestScope): Promise<SubgraphResult> {
    const recorded = this.#record(request);
    const answer = this.#answer?.(recorded);
    if (answer instanceof SubgraphFailure) throw answer;
    if (answer) return deepFreeze(answer);
    const executed = await graphql({
      schema: this.#schema(request.subgraph),
      source: recorded.query,
      variableValues: recorded.variables,
    });
    const text = JSON.stringify(executed);
    const result = JSON.parse(text) as SubgraphResult;
    if (!text.includes('\\')) Object.defineProperty(result, UNESCAPED, { value: true });
    if (this.foldsRepeats && result.data) foldRepeats(result.data);
    return deepFreeze(result);
  }

  async *subscribe(request: SubgraphRequest, _scope: RequestScope): AsyncGenerator<SubgraphResult> {
    const { query, variables } = this.#record(request);
    const stream = await subscribe({
      schema: this.#schema(request.subgraph),
      document: parse(query),
      variableValues: variables,
    });
    if (!(Symbol.asyncIterator in stream)) {
      yield deepFreeze(JSON.parse(JSON.stringify(stream)));
      return;
    }
    for await (const event of stream) yield deepFreeze(JSON.parse(JSON.stringify(event)));
  }

  async close(): Promise<void> {}

  #record(request: SubgraphRequest): RecordedRequest {
    const { query, variables } = JSON.parse(request.body) as { query: string; variables?: JsonObject };
    const recorded = { subgraph: request.subgraph, query, variables: { ...variables } };
    this.requests.push(recorded);
    return recorded;
  }

  #schema(name: string): GraphQLSchema {
    const schema = this.#schemas.get(name);
    if (!schema) throw new Error(`no such subgraph: ${name}`);
    return schema;
  }
}

/** A mutation of shared subgraph data then throws where it happens (modules are in strict mode). */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
