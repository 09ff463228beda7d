import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { ErrorCode } from '../errors/errors.ts';

/** A valid document, or errors with codes of the table. */
export type Prepared =
  | { readonly kind: 'valid'; readonly document: DocumentNode }
  | { readonly kind: 'invalid'; readonly errors: readonly GraphQLError[] };

/** Parses and validates a document. */
export function prepareDocument(schema: GraphQLSchema, text: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return { kind: 'invalid', errors: [coded(error, 'GRAPHQL_PARSE_FAILED')] };
    throw error;
  }
  const faults = validate(schema, document);
  if (faults.length === 0) return { kind: 'valid', document };
  return { kind: 'invalid', errors: faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED')) };
}

const maxDocuments = 1_000;
const maxCharacters = 4_000_000;

/** P25: parses and validates each valid text once. The gateway sends few texts, one per fetch of a plan. */
export class PreparedDocuments {
  readonly #schema: GraphQLSchema;
  readonly #known = new LRUCache<string, Prepared>({
    max: maxDocuments,
    maxSize: maxCharacters,
    sizeCalculation: (_prepared, text) => text.length + 1,
  });

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  prepare(text: string): Prepared {
    const known = this.#known.get(text);
    if (known) return known;
    const prepared = prepareDocument(this.#schema, text);
    if (prepared.kind === 'valid') this.#known.set(text, prepared);
    return prepared;
  }
}

function coded({ message, nodes, source, positions }: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, source, positions, extensions: { code } });
}
