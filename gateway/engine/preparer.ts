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
import { anonymous, type DeniedMessage, type Grants } from './authorization/requirements.ts';
import { countSelections } from './document/count-selections.ts';
import { mentionsDefer, withoutDefer } from './document/defer.ts';
import { type EngineErrorCode, RequestError, requestError } from './errors.ts';
import { type LabelledDocument, labelDefers } from './incremental/labels.ts';
import { PreparedOperation } from './operation.ts';
import { countCandidates } from './planning/count-candidates.ts';
import { listFetches } from './planning/list-fetches.ts';
import { plannableDocument } from './planning/plannable-document.ts';
import { type Planner, PlanningFailure } from './planning/planner.ts';
import { needsNoSubgraph, withoutIntrospection } from './planning/without-introspection.ts';
import type { CostsOf } from './respond/field-costs.ts';
import type { SupergraphModel } from './supergraph/model.ts';
import { labelsInDocument } from './supergraph/overrides.ts';
import { matters, modelFor, type SchemaView } from './supergraph/schema-view.ts';

export interface PrepareRequest {
  readonly source: string;
  /** The document, when the caller has already parsed and validated it. */
  readonly document?: DocumentNode;
  readonly operationName?: string | undefined;
  /** The active labels of `@override(label:)`. */
  readonly activeLabels?: readonly string[];
  /** Whether the client accepts a response in parts. Without it, `@defer` has no effect. */
  readonly incremental?: boolean;
  /** What the client is allowed to see. Default: what an anonymous client may see. */
  readonly grants?: Grants;
  /** The document is trusted: its plans are kept. */
  readonly isTrusted?: boolean;
  /** The part of the schema that exists for the client, under which the document is valid. Default: all of it. */
  readonly view?: SchemaView | undefined;
}

/** A valid document, with everything about it that doesn't depend on the client. */
interface CheckedDocument {
  readonly id: number;
  readonly given: DocumentNode;
  readonly document: DocumentNode;
  readonly labelled: LabelledDocument | undefined;
  readonly access: OperationAccess;
  readonly labels: ReadonlySet<string>;
  /** The number of selections, with fragments expanded. */
  readonly selections: number;
}

/** An operation that is planned or being planned, and the request for it. */
interface Preparation {
  readonly operation: Promise<PreparedOperation>;
  readonly request: PrepareRequest;
  /** The document's selections, counted once more for each variant that the operation keeps. */
  readonly selections: number;
  isDone: boolean;
}

/** The caches also count selections, each of which takes half a kilobyte: see docs/performance.md, P5. */
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

/** An upper bound for what one operation counts: a quarter of the cache. A larger one would be evicted while it is being planned. */
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
  /** Makes the message at a field that the client may not see. */
  readonly deniedMessage: DeniedMessage;
  readonly costsOf: CostsOf;
}

/** Parses, validates and plans each operation once. The most recently used results are kept. */
export class Preparer {
  readonly #model: SupergraphModel;
  readonly #planner: Planner;
  readonly #deniedMessage: DeniedMessage;
  readonly #costsOf: CostsOf;
  /** Documents for ordinary responses, by text. */
  readonly #whole: LRUCache<string, CheckedDocument>;
  /** Documents for responses in parts, by text. */
  readonly #inParts: LRUCache<string, CheckedDocument>;
  readonly #prepared: LRUCache<string, Preparation>;
  readonly #maxOperations: number;
  #lastId = 0;

  constructor({ model, planner, maxOperations, deniedMessage, costsOf }: PreparerOptions) {
    this.#model = model;
    this.#planner = planner;
    this.#maxOperations = maxOperations;
    this.#deniedMessage = deniedMessage;
    this.#costsOf = costsOf;
    this.#whole = boundedCache(maxOperations);
    this.#inParts = boundedCache(maxOperations);
    this.#prepared = boundedCache(maxOperations);
  }

  /**
   * The requirements that a document has on an identity, at the nodes of the given document.
   * @throws RequestError when the document isn't valid
   */
  accessOf(request: PrepareRequest): OperationAccess {
    const known = this.#check(request);
    const isOther = request.document !== undefined && request.document !== known.given;
    return isOther ? this.#analyze(request).access : known.access;
  }

  /** @throws RequestError */
  async prepare(request: PrepareRequest): Promise<PreparedOperation> {
    const checked = this.#check(request);
    const accessKey = checked.access.key(request.grants ?? anonymous);
    const labels = (request.activeLabels ?? []).filter((label) => checked.labels.has(label)).sort();
    const { source, operationName, incremental, grants, isTrusted = false, view } = request;
    const viewName = view && matters(view, source) ? view.name : '';
    const key = `${checked.id} ${accessKey} ${operationName ?? ''} ${labels.join(' ')} ${viewName}`;
    const known = this.#prepared.get(key);
    if (known) return known.operation;
    const preparation: Preparation = {
      operation: this.#planInForm(checked, request, labels, (count) => this.#countVariants(key, preparation, count)),
      request: { source, operationName, activeLabels: labels, incremental, grants, isTrusted, view },
      selections: checked.selections,
      isDone: false,
    };
    this.#prepared.set(key, preparation);
    preparation.operation.then(
      () => {
        preparation.isDone = true;
      },
      () => {
        // A failure may be temporary (a time limit, a full queue), so the next request tries again.
        if (this.#prepared.peek(key)?.operation === preparation.operation) this.#prepared.delete(key);
      },
    );
    return preparation.operation;
  }

  /** Counts an operation's variants towards the size of the cache. */
  #countVariants(key: string, { operation, selections }: Preparation, variants: number): void {
    const held = this.#prepared.peek(key);
    if (held?.operation === operation) this.#prepared.set(key, { ...held, selections: selections * (1 + variants) });
  }

  /** How many variants an operation may keep: as many as fit into its share of the cache, but at least one. */
  #maxVariantsFor(selections: number): number {
    const fitting = Math.floor(largestShare(this.#maxOperations) / Math.max(selections, 1)) - 1;
    return Math.max(1, Math.min(fitting, maxVariants));
  }

  /** The requests of the most recently used operations, newest first. Operations that could not be planned are left out. */
  recent(count: number): PrepareRequest[] {
    return [
      ...this.#prepared
        .values()
        .filter(({ isDone }) => isDone)
        .take(count),
    ].map(({ request }) => request);
  }

  /** Empties the caches. Operations in use are not affected. */
  clear(): void {
    this.#whole.clear();
    this.#inParts.clear();
    this.#prepared.clear();
  }

  #check(request: PrepareRequest): CheckedDocument {
    const cache = request.incremental ? this.#inParts : this.#whole;
    const known = cache.get(request.source);
    if (known) return known;
    const checked = this.#analyze(request);
    cache.set(request.source, checked);
    return checked;
  }

  #analyze(request: PrepareRequest): CheckedDocument {
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

  /**
   * Plans a trusted document for every kind of client, without compiling it, and keeps nothing but the plans.
   * @throws RequestError
   */
  async planAhead(request: PrepareRequest, clients: readonly Grants[]): Promise<void> {
    const checked = this.#analyze(request);
    const keys = new Set(clients.map((grants) => checked.access.key(grants)));
    for (const key of keys) {
      try {
        await this.#findPlan(checked, request, { activeLabels: [], accessKey: key, isAhead: true });
      } catch (error) {
        // A response in parts that the planner cannot make becomes an ordinary one.
        if (!checked.labelled || !isDefect(error)) throw error;
      }
    }
  }

  /** The subgraph of each fetch in the plan for this client. @throws RequestError */
  async fetchesOf(request: PrepareRequest): Promise<string[]> {
    const checked = this.#analyze(request);
    const accessKey = checked.access.key(request.grants ?? anonymous);
    const { plan } = await this.#findPlan(checked, request, { activeLabels: [], accessKey, isAhead: true });
    return listFetches(plan);
  }

  /**
   * Plans an operation for an ordinary response or for one in parts. The planner can't defer everything, for example a requirement below a
   * deferred field. Such an operation gets an ordinary response, which the proposal for `@defer` allows.
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
    checked: CheckedDocument,
    request: PrepareRequest,
    activeLabels: readonly string[],
    accessKey: string,
    onVariants: (count: number) => void,
  ): Promise<PreparedOperation> {
    const { document, labelled, selections } = checked;
    const definition = getOperationAST(document, request.operationName);
    if (!definition) throw requestError('BAD_USER_INPUT', 'The document has no operation with this name');
    const { plan, denied } = await this.#findPlan(checked, request, { activeLabels, accessKey });
    return new PreparedOperation({
      source: request.source,
      document,
      definition,
      plan,
      model: modelFor(request, this.#model),
      denied,
      unsatisfied: (node) => checked.access.unsatisfied(accessKey, node),
      costs: this.#costsOf(definition),
      deniedMessage: this.#deniedMessage,
      deferred: labelled?.fragments,
      maxVariants: this.#maxVariantsFor(selections),
      onVariants,
    });
  }

  /** Finds the plan of what a client with this access may see, and the fields that it may not see. */
  async #findPlan(
    { given, document, labelled, access }: CheckedDocument,
    { source, operationName, isTrusted = false }: PrepareRequest,
    { activeLabels, accessKey, isAhead = false }: PlannedFor,
  ): Promise<{ readonly plan: QueryPlan; readonly denied: ReadonlySet<FieldNode> }> {
    const denied = accessKey.includes('0') ? access.denied(accessKey) : nothing;
    const permitted = denied.size > 0 ? withoutDenied(labelled?.document ?? document, denied) : undefined;
    const fetched = withoutIntrospection(permitted ?? labelled?.document ?? document);
    const plannable = plannableDocument(fetched, this.#model);
    if (needsNoSubgraph(plannable)) return { plan: nothingToFetch, denied };
    const plan = await this.#planner
      .plan({
        source: plannable === given ? source : print(plannable),
        operationName,
        activeLabels,
        selections: countSelections(plannable),
        candidates: countCandidates(plannable, this.#model),
        isTrusted,
        isAhead,
      })
      .catch((error: unknown) => {
        throw planningError(error);
      });
    return { plan, denied };
  }
}

interface PlannedFor {
  readonly activeLabels: readonly string[];
  readonly accessKey: string;
  readonly isAhead?: boolean;
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

/** Whether planning failed because of a defect of the planner, not because of a limit. */
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
