import type { QueryPlan } from '@apollo/query-planner';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  print,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type OperationAccess, operationAccess, withoutDenied } from './authorization/operation-access.ts';
import { anonymous, type Grants } from './authorization/requirements.ts';
import { countSelections } from './document/count-selections.ts';
import { mentionsDefer, withoutDefer } from './document/defer.ts';
import { type EngineErrorCode, RequestError, requestError } from './errors.ts';
import { type LabelledDocument, labelDefers } from './incremental/labels.ts';
import { PreparedOperation } from './operation.ts';
import { countWays } from './planning/count-ways.ts';
import { plannableDocument } from './planning/plannable-document.ts';
import { type Planner, PlanningFailure } from './planning/planner.ts';
import { needsNoSubgraph, withoutIntrospection } from './planning/without-introspection.ts';
import type { SupergraphModel } from './supergraph/model.ts';
import { labelsInDocument } from './supergraph/overrides.ts';

export interface PrepareRequest {
  readonly source: string;
  /** The parsed document, if it has been parsed and validated already. */
  readonly document?: DocumentNode;
  readonly operationName?: string | undefined;
  /** Labels of `@override(label:)` that hold for this request. */
  readonly activeLabels?: readonly string[];
  /** Whether the client takes a response in parts; `@defer` is without effect otherwise. */
  readonly incremental?: boolean;
  /** What the client may see; by default what everybody may. */
  readonly grants?: Grants;
}

/** A valid document and what can be said of it without knowing who asks. */
interface CheckedDocument {
  readonly id: number;
  readonly given: DocumentNode;
  readonly document: DocumentNode;
  readonly labelled: LabelledDocument | undefined;
  readonly access: OperationAccess;
  readonly labels: ReadonlySet<string>;
  /** With fragments in their places. */
  readonly selections: number;
}

/** An operation that is planned or being planned, and how it was asked for. */
interface Preparation {
  readonly operation: Promise<PreparedOperation>;
  readonly request: PrepareRequest;
  /** Of the document, and again of each compiled variant that the operation keeps. */
  readonly selections: number;
  isDone: boolean;
}

/** Operations are also counted by their selections, each of which takes half a kilobyte: see docs/performance.md, P5. */
const selectionsPerOperation = 100;
/** Compiled variants that a small operation keeps. */
const maxVariants = 16;

function boundedCache<T extends { readonly selections: number }>(maxOperations: number): LRUCache<string, T> {
  const largest = largestShare(maxOperations);
  return new LRUCache({
    max: maxOperations,
    maxSize: maxOperations * selectionsPerOperation,
    sizeCalculation: ({ selections }) => Math.min(Math.max(selections, 1), largest),
  });
}

/** Selections that one operation counts as at most, a quarter of all: it has to be kept while it is being planned. */
function largestShare(maxOperations: number): number {
  return Math.ceil((maxOperations * selectionsPerOperation) / 4);
}

const nothing: ReadonlySet<FieldNode> = new Set();
const nothingToFetch: QueryPlan = { kind: 'QueryPlan' };

export interface PreparerOptions {
  readonly model: SupergraphModel;
  readonly planner: Planner;
  /** Prepared operations kept. */
  readonly maxOperations: number;
  /** Message of the error at a field that the client may not see. */
  readonly deniedMessage: string;
}

/** Parses, validates and plans operations, each once; results are kept, the least recently used are dropped. */
export class Preparer {
  readonly #model: SupergraphModel;
  readonly #planner: Planner;
  readonly #deniedMessage: string;
  /** By text. */
  readonly #whole: LRUCache<string, CheckedDocument>;
  /** By text, of those that are answered in parts. */
  readonly #inParts: LRUCache<string, CheckedDocument>;
  readonly #prepared: LRUCache<string, Preparation>;
  readonly #maxOperations: number;
  #lastId = 0;

  constructor({ model, planner, maxOperations, deniedMessage }: PreparerOptions) {
    this.#model = model;
    this.#planner = planner;
    this.#maxOperations = maxOperations;
    this.#deniedMessage = deniedMessage;
    this.#whole = boundedCache(maxOperations);
    this.#inParts = boundedCache(maxOperations);
    this.#prepared = boundedCache(maxOperations);
  }

  /**
   * What a document demands of an identity.
   * @throws RequestError when the document isn't valid
   */
  accessOf(request: PrepareRequest): OperationAccess {
    return this.#check(request).access;
  }

  /** @throws RequestError */
  async prepare(request: PrepareRequest): Promise<PreparedOperation> {
    const checked = this.#check(request);
    const accessKey = checked.access.key(request.grants ?? anonymous);
    const labels = (request.activeLabels ?? []).filter((label) => checked.labels.has(label)).sort();
    const key = `${checked.id} ${accessKey} ${request.operationName ?? ''} ${labels.join(' ')}`;
    const known = this.#prepared.get(key);
    if (known) return known.operation;
    const { source, operationName, incremental, grants } = request;
    const preparation: Preparation = {
      operation: this.#planInForm(checked, request, labels, (count) => this.#weigh(key, preparation, count)),
      request: { source, operationName, activeLabels: labels, incremental, grants },
      selections: checked.selections,
      isDone: false,
    };
    this.#prepared.set(key, preparation);
    preparation.operation.then(
      () => {
        preparation.isDone = true;
      },
      () => {
        // A failure may pass (a time limit, a full queue): the next request tries again.
        if (this.#prepared.peek(key)?.operation === preparation.operation) this.#prepared.delete(key);
      },
    );
    return preparation.operation;
  }

  /** Counts the variants of an operation towards what may be kept. */
  #weigh(key: string, { operation, selections }: Preparation, variants: number): void {
    const held = this.#prepared.peek(key);
    if (held?.operation === operation) this.#prepared.set(key, { ...held, selections: selections * (1 + variants) });
  }

  /** Variants of an operation that may be kept: as many as fit into its share, and one in any case. */
  #variantsOf(selections: number): number {
    const fitting = Math.floor(largestShare(this.#maxOperations) / Math.max(selections, 1)) - 1;
    return Math.max(1, Math.min(fitting, maxVariants));
  }

  /** How the operations used last were asked for, newest first; none that could not be planned. */
  recent(count: number): PrepareRequest[] {
    return [
      ...this.#prepared
        .values()
        .filter(({ isDone }) => isDone)
        .take(count),
    ].map(({ request }) => request);
  }

  /** Forgets everything; what is in use stays with whoever uses it. */
  clear(): void {
    this.#whole.clear();
    this.#inParts.clear();
    this.#prepared.clear();
  }

  #check(request: PrepareRequest): CheckedDocument {
    const cache = request.incremental ? this.#inParts : this.#whole;
    const known = cache.get(request.source);
    if (known) return known;
    const { apiSchema, requirements, overrides, plannerNames } = this.#model;
    const given = request.document ?? parseAndValidate(request.source, apiSchema);
    const defers = mentionsDefer(request.source);
    const document = defers && !request.incremental ? withoutDefer(given) : given;
    const labelled = defers && request.incremental ? labelDefers(document) : undefined;
    const checked = {
      id: ++this.#lastId,
      given,
      document,
      labelled,
      access: operationAccess(labelled ? [document, labelled.document] : [document], apiSchema, requirements),
      labels: labelsInDocument(document, overrides, plannerNames),
      selections: countSelections(document),
    };
    cache.set(request.source, checked);
    return checked;
  }

  /**
   * Plans an operation in the form that the client takes. The planner can't defer everything (a requirement below a deferred field, for
   * example): such an operation is answered at once, which the proposal for `@defer` allows.
   */
  async #planInForm(
    checked: CheckedDocument,
    request: PrepareRequest,
    labels: readonly string[],
    onVariants: (count: number) => void,
  ): Promise<PreparedOperation> {
    const grants = request.grants ?? anonymous;
    try {
      return await this.#plan(checked, request, labels, checked.access.key(grants), onVariants);
    } catch (error) {
      if (!checked.labelled || !isDefect(error)) throw error;
      const whole = this.#check({ ...request, incremental: false });
      return this.#plan(whole, request, labels, whole.access.key(grants), onVariants);
    }
  }

  async #plan(
    { given, document, labelled, access, selections }: CheckedDocument,
    { source, operationName }: PrepareRequest,
    activeLabels: readonly string[],
    accessKey: string,
    onVariants: (count: number) => void,
  ): Promise<PreparedOperation> {
    const definition = getOperationAST(document, operationName);
    if (!definition) throw requestError('BAD_USER_INPUT', 'The document has no operation of that name');
    const denied = accessKey.includes('0') ? access.denied(accessKey) : nothing;
    const permitted = denied.size > 0 ? withoutDenied(labelled?.document ?? document, denied) : undefined;
    const fetched = withoutIntrospection(permitted ?? labelled?.document ?? document);
    const plannable = plannableDocument(fetched, this.#model);
    const plan = needsNoSubgraph(plannable)
      ? nothingToFetch
      : await this.#planner
          .plan({
            source: plannable === given ? source : print(plannable),
            operationName,
            activeLabels,
            selections: countSelections(plannable),
            ways: countWays(plannable, this.#model),
          })
          .catch((error: unknown) => {
            throw planningError(error);
          });
    return new PreparedOperation({
      source,
      document,
      definition,
      plan,
      model: this.#model,
      denied,
      deniedMessage: this.#deniedMessage,
      deferred: labelled?.fragments,
      maxVariants: this.#variantsOf(selections),
      onVariants,
    });
  }
}

function parseAndValidate(source: string, schema: GraphQLSchema): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch (error) {
    throw asRequestError('GRAPHQL_PARSE_FAILED', [error as GraphQLError]);
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

/** True when the planner failed at an operation that it should have planned. */
function isDefect(error: unknown): boolean {
  return error instanceof RequestError && error.cause instanceof PlanningFailure && error.cause.reason === 'failed';
}

function planningError(error: unknown): RequestError {
  if (!(error instanceof PlanningFailure)) throw error;
  switch (error.reason) {
    case 'timeout':
      return requestError('GATEWAY_TIMEOUT', 'The operation takes too long to plan');
    case 'overloaded':
      return requestError('REQUEST_CONCURRENCY_LIMITED', 'Too many operations are waiting to be planned', true);
    case 'closed':
      return requestError('INTERNAL_SERVER_ERROR', 'The gateway is stopping', true);
    case 'tooComplex':
      return requestError('COST_ESTIMATED_TOO_EXPENSIVE', 'The operation is too complex to plan');
    case 'failed':
      return new RequestError(
        [
          {
            message: 'The operation could not be planned',
            extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
          },
        ],
        { cause: error },
      );
  }
}
