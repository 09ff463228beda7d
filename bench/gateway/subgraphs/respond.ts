import { readFileSync } from 'node:fs';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, execute, type GraphQLSchema, parse } from 'graphql';
import { resolvers, type SubgraphName } from './resolvers.ts';

interface Body {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

const maxRemembered = 20_000;

/**
 * Responds to subgraph requests from memory. Gateways send different requests, so graphql-js executes each new body once.
 * The response is stored as bytes; every later request costs one map look-up.
 */
export class Responder {
  readonly #schema: GraphQLSchema;
  readonly #documents = new Map<string, DocumentNode>();
  readonly #responses = new Map<string, Buffer>();
  executed = 0;

  constructor(subgraph: SubgraphName) {
    const sdl = readFileSync(new URL(`./${subgraph}.graphql`, import.meta.url), 'utf8');
    this.#schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers[subgraph] });
  }

  /** @param text the JSON request body. Returns the JSON response body, as a promise only for a new body. */
  respond(text: string): Buffer | Promise<Buffer> {
    const remembered = this.#responses.get(text);
    if (remembered) return remembered;
    const body = JSON.parse(text) as Body;
    const clamped = clampCounts(body);
    const key = clamped ? JSON.stringify(body) : text;
    return this.#responses.get(key) ?? this.#execute(key, body);
  }

  async #execute(key: string, body: Body): Promise<Buffer> {
    this.executed += 1;
    const result = await execute({
      schema: this.#schema,
      document: this.#document(body.query),
      variableValues: body.variables ?? {},
      operationName: body.operationName ?? null,
    });
    const bytes = Buffer.from(JSON.stringify(result));
    if (this.#responses.size >= maxRemembered) this.#responses.clear();
    this.#responses.set(key, bytes);
    return bytes;
  }

  #document(query: string): DocumentNode {
    let document = this.#documents.get(query);
    if (!document) {
      if (this.#documents.size >= maxRemembered) this.#documents.clear();
      document = parse(query);
      this.#documents.set(query, document);
    }
    return document;
  }
}

/** `first` is the only Int argument, and every value from 5 up means the same: they share one stored response. */
function clampCounts(body: Body): boolean {
  let clamped = false;
  for (const [name, value] of Object.entries(body.variables ?? {})) {
    if (typeof value === 'number' && value > 5) {
      body.variables![name] = 5;
      clamped = true;
    }
  }
  return clamped;
}
