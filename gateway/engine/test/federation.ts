import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { createSourceEventStream, type GraphQLSchema, getOperationAST, graphql, parse } from 'graphql';
import { Operation } from '#shared/executor/operation.ts';
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

/** Links the newest federation directives, so that fixtures don't need their own `extend schema @link`. */
const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@requires", "@provides", "@override", "@inaccessible", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext"
])\n`;

/** Composes subgraphs and runs them in memory, without HTTP. */
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
      buildSubgraphSchema({ typeDefs: parse(withLink(sdl)), resolvers: (resolvers ?? {}) as never }), // of contexts of any type
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
  readonly onError: unknown;
}

type Responder = (request: RecordedRequest) => SubgraphResult | SubgraphFailure | undefined;

/** Runs each subgraph's schema in memory. Records the requests, and freezes the responses. */
export class MemoryTransport implements SubgraphTransport {
  /** Whether equal parts of a response are one object, as in responses that the HTTP transport keeps. */
  foldsRepeats = false;
  /** Whether subgraphs support the parameter `onError`, as ours do. */
  heedsOnError = false;
  readonly requests: RecordedRequest[] = [];
  readonly #schemas: ReadonlyMap<string, GraphQLSchema>;
  #responder: Responder | undefined;

  constructor(schemas: ReadonlyMap<string, GraphQLSchema>) {
    this.#schemas = schemas;
  }

  /** Lets a test make up responses. A responder that returns `undefined` leaves the request to the subgraph's schema. */
  intercept(responder: Responder | undefined): void {
    this.#responder = responder;
  }

  /** Returns the requests recorded so far, and removes them. */
  drain(): RecordedRequest[] {
    return this.requests.splice(0);
  }

  async fetch(request: SubgraphRequest, _scope: RequestScope): Promise<SubgraphResult> {
    const recorded = this.#record(request);
    const response = this.#responder?.(recorded);
    if (response instanceof SubgraphFailure) throw response;
    if (response) return deepFreeze(response);
    const { query, variables: variableValues, onError } = recorded;
    const schema = this.#schema(request.subgraph);
    const executed = await (this.#propagates(onError)
      ? graphql({ schema, source: query, variableValues })
      : operationOf(schema, query).execute({ variableValues, propagates: false }));
    const text = JSON.stringify(executed);
    const result = JSON.parse(text) as SubgraphResult;
    if (!text.includes('\\')) Object.defineProperty(result, UNESCAPED, { value: true });
    if (this.foldsRepeats && result.data) foldRepeats(result.data);
    return deepFreeze(result);
  }

  async *subscribe(request: SubgraphRequest, _scope: RequestScope): AsyncGenerator<SubgraphResult> {
    const { query, variables: variableValues, onError } = this.#record(request);
    const schema = this.#schema(request.subgraph);
    const stream = await createSourceEventStream({ schema, document: parse(query), variableValues });
    if (!(Symbol.asyncIterator in stream)) {
      yield deepFreeze(JSON.parse(JSON.stringify(stream)));
      return;
    }
    const operation = operationOf(schema, query);
    const propagates = this.#propagates(onError);
    for await (const rootValue of stream) {
      const event = await operation.execute({ rootValue, variableValues, propagates });
      yield deepFreeze(JSON.parse(JSON.stringify(event)));
    }
  }

  async close(): Promise<void> {}

  #record(request: SubgraphRequest): RecordedRequest {
    const { query, variables, onError } = JSON.parse(request.body) as {
      query: string;
      variables?: JsonObject;
      onError?: unknown;
    };
    const recorded = { subgraph: request.subgraph, query, variables: { ...variables }, onError };
    this.requests.push(recorded);
    return recorded;
  }

  #schema(name: string): GraphQLSchema {
    const schema = this.#schemas.get(name);
    if (!schema) throw new Error(`no such subgraph: ${name}`);
    return schema;
  }

  #propagates(onError: unknown): boolean {
    return !this.heedsOnError || onError !== 'NULL';
  }
}

function operationOf(schema: GraphQLSchema, source: string): Operation {
  const document = parse(source);
  const node = getOperationAST(document);
  if (!node) throw new Error('The document must have one operation.');
  return new Operation(schema, document, node);
}

/** Freezes a response, so that code which changes shared subgraph data throws. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
