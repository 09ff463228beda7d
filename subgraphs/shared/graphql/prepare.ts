import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type ErrorCode, GraphError } from '../errors/errors.ts';
import { Operation } from '../executor/operation.ts';

/** A valid document. Each of its operations is compiled once. */
export class PreparedDocument {
  readonly document: DocumentNode;
  readonly #schema: GraphQLSchema;
  readonly #operations = new Map<string | null, Operation>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.#schema = schema;
    this.document = document;
  }

  /** The operation of this name, or the only one. @throws GraphError OPERATION_RESOLUTION_FAILURE */
  operation(name: string | null): Operation {
    const known = this.#operations.get(name);
    if (known) return known;
    const node = getOperationAST(this.document, name);
    if (!node) {
      throw new GraphError(
        'OPERATION_RESOLUTION_FAILURE',
        'The document has no such operation. Name one of its operations in `operationName`.',
      );
    }
    const operation = new Operation(this.#schema, this.document, node);
    this.#operations.set(name, operation);
    return operation;
  }
}

/** A valid document, or errors with codes of the table. */
export type Prepared = PreparedDocument | readonly GraphQLError[];

const maxDocuments = 500;
const maxCharacters = 1_000_000;

/** P25: parses and validates each valid text once. The gateway sends few texts, one per fetch of a plan. */
export class PreparedDocuments {
  readonly #schema: GraphQLSchema;
  readonly #known = new LRUCache<string, PreparedDocument>({
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
    if (prepared instanceof PreparedDocument) this.#known.set(text, prepared);
    return prepared;
  }
}

function prepareDocument(schema: GraphQLSchema, text: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(text);
  } catch (error) {
    if (error instanceof GraphQLError) return [coded(error, 'GRAPHQL_PARSE_FAILED')];
    throw error;
  }
  const faults = validate(schema, document);
  if (faults.length === 0) return new PreparedDocument(schema, document);
  return faults.map((fault) => coded(fault, 'GRAPHQL_VALIDATION_FAILED'));
}

function coded({ message, nodes, source, positions }: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, source, positions, extensions: { code } });
}
