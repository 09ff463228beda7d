import { getOperationAST } from 'graphql';
import type { LRUCache } from 'lru-cache';
import type { OperationAccess } from '../authorization/operation-access.ts';
import { anonymous, type DeniedMessage, type Grants } from '../authorization/requirements.ts';
import { requestError } from '../errors.ts';
import { PreparedOperation } from '../operation.ts';
import { listFetches } from '../planning/list-fetches.ts';
import type { Planner } from '../planning/planner.ts';
import type { CostsOf } from '../respond/field-costs.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { matters, modelFor, type SchemaView } from '../supergraph/schema-view.ts';
import { boundedCache, largestShare } from './bounded-cache.ts';
import { type CheckedDocument, CheckedDocuments, type DocumentRequest } from './checked-documents.ts';
import { type FoundPlan, findPlan, isDefect, type WantedPlan } from './find-plan.ts';

export interface PrepareRequest extends DocumentRequest {
  readonly operationName?: string | undefined;
  /** The active labels of `@override(label:)`. */
  readonly activeLabels?: readonly string[];
  /** What the client is allowed to see. Default: what an anonymous client may see. */
  readonly grants?: Grants;
  /** The document is trusted: its plans are kept. */
  readonly isTrusted?: boolean;
  /** The part of the schema that exists for the client, under which the document is valid. Default: all of it. */
  readonly view?: SchemaView | undefined;
}

/** An operation that is planned or being planned, and the request for it. */
interface Preparation {
  readonly operation: Promise<PreparedOperation>;
  readonly request: PrepareRequest;
  /** The document's selections, counted once more for each variant that the operation keeps. */
  readonly selections: number;
  isDone: boolean;
}

/** Compiled variants that a small operation keeps. */
const maxVariants = 16;

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
  readonly #documents: CheckedDocuments;
  readonly #prepared: LRUCache<string, Preparation>;
  readonly #maxOperations: number;

  constructor({ model, planner, maxOperations, deniedMessage, costsOf }: PreparerOptions) {
    this.#model = model;
    this.#planner = planner;
    this.#maxOperations = maxOperations;
    this.#deniedMessage = deniedMessage;
    this.#costsOf = costsOf;
    this.#documents = new CheckedDocuments(model, maxOperations);
    this.#prepared = boundedCache(maxOperations);
  }

  /**
   * The requirements that a document has on an identity, at the nodes of the given document.
   * @throws RequestError when the document isn't valid
   */
  accessOf(request: PrepareRequest): OperationAccess {
    const known = this.#documents.check(request);
    const isOther = request.document !== undefined && request.document !== known.given;
    return isOther ? this.#documents.analyze(request).access : known.access;
  }

  /** @throws RequestError */
  async prepare(request: PrepareRequest): Promise<PreparedOperation> {
    const checked = this.#documents.check(request);
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
    this.#documents.clear();
    this.#prepared.clear();
  }

  /**
   * Plans a trusted document for every kind of client, without compiling it, and keeps nothing but the plans.
   * @throws RequestError
   */
  async planAhead(request: PrepareRequest, clients: readonly Grants[]): Promise<void> {
    const checked = this.#documents.analyze(request);
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
    const checked = this.#documents.analyze(request);
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
      const whole = this.#documents.check({ ...request, incremental: false });
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

  #findPlan(
    checked: CheckedDocument,
    { source, operationName, isTrusted }: PrepareRequest,
    wanted: Pick<WantedPlan, 'activeLabels' | 'accessKey' | 'isAhead'>,
  ): Promise<FoundPlan> {
    const of = { planner: this.#planner, model: this.#model };
    return findPlan(checked, { source, operationName, isTrusted, ...wanted }, of);
  }
}
