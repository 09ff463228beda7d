import { type DocumentNode, type GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import type { LRUCache } from 'lru-cache';
import { type OperationAccess, operationAccess } from '../authorization/operation-access.ts';
import { countSelections } from '../document/count-selections.ts';
import { mentionsDefer, withoutDefer } from '../document/defer.ts';
import { type EngineErrorCode, RequestError } from '../errors.ts';
import { type LabelledDocument, labelDefers } from '../incremental/labels.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { labelsInDocument } from '../supergraph/overrides.ts';
import { boundedCache } from './bounded-cache.ts';

export interface DocumentRequest {
  readonly source: string;
  /** The document, when the caller has already parsed and validated it. */
  readonly document?: DocumentNode;
  /** Whether the client accepts a response in parts. Without it, `@defer` has no effect. */
  readonly incremental?: boolean;
}

/** A valid document, with everything about it that doesn't depend on the client. */
export interface CheckedDocument {
  readonly id: number;
  readonly given: DocumentNode;
  readonly document: DocumentNode;
  readonly labelled: LabelledDocument | undefined;
  readonly access: OperationAccess;
  readonly labels: ReadonlySet<string>;
  /** The number of selections, with fragments expanded. */
  readonly selections: number;
}

/** Parses and validates each document once. The most recently used ones are kept. */
export class CheckedDocuments {
  readonly #model: SupergraphModel;
  /** Documents for ordinary responses, by text. */
  readonly #whole: LRUCache<string, CheckedDocument>;
  /** Documents for responses in parts, by text. */
  readonly #inParts: LRUCache<string, CheckedDocument>;
  #lastId = 0;

  constructor(model: SupergraphModel, maxDocuments: number) {
    this.#model = model;
    this.#whole = boundedCache(maxDocuments);
    this.#inParts = boundedCache(maxDocuments);
  }

  /** @throws RequestError when the document isn't valid */
  check(request: DocumentRequest): CheckedDocument {
    const cache = request.incremental ? this.#inParts : this.#whole;
    const known = cache.get(request.source);
    if (known) return known;
    const checked = this.analyze(request);
    cache.set(request.source, checked);
    return checked;
  }

  /** Checks a document without keeping it. @throws RequestError when it isn't valid */
  analyze(request: DocumentRequest): CheckedDocument {
    const { apiSchema, requirements, overrides, plannerNames } = this.#model;
    const given = request.document ?? parseAndValidate(request.source, apiSchema);
    const defers = mentionsDefer(request.source);
    const document = defers && !request.incremental ? withoutDefer(given) : given;
    const labelled = defers && request.incremental ? labelDefers(document) : undefined;
    return {
      id: ++this.#lastId,
      given,
      document,
      labelled,
      access: operationAccess(labelled ? [document, labelled.document] : [document], apiSchema, requirements),
      labels: labelsInDocument(document, overrides, plannerNames),
      selections: countSelections(document),
    };
  }

  /** Empties the caches. */
  clear(): void {
    this.#whole.clear();
    this.#inParts.clear();
  }
}

function parseAndValidate(source: string, schema: GraphQLSchema): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch (error) {
    throw asRequestError('GRAPHQL_PARSE_FAILED', [error as GraphQLError]); // `parse` throws no other
  }
  const errors = validate(schema, document);
  if (errors.length > 0) throw asRequestError('GRAPHQL_VALIDATION_FAILED', errors);
  return document;
}

function asRequestError(code: EngineErrorCode, errors: readonly GraphQLError[]): RequestError {
  return new RequestError(
    errors.map(({ message, locations }) => ({ message, locations, extensions: { code, retryable: false } })),
  );
}
