import type { GraphQLSchema } from 'graphql';
import type { OperationAccess } from './authorization/operation-access.ts';
import type { DeniedMessage, Grants } from './authorization/requirements.ts';
import type { Batch } from './compile/program.ts';
import type { ErrorBehavior } from './error-behavior.ts';
import { type EngineError, RequestError, requestError } from './errors.ts';
import { Execution } from './execute/execution.ts';
import { type FetchTiming, FetchTimings } from './execute/fetch-timings.ts';
import { inOrder } from './execute/in-order.ts';
import { deliver } from './incremental/deliver.ts';
import type { IncrementalFormat } from './incremental/formats.ts';
import type { PreparedOperation, Variant } from './operation.ts';
import type { Planner } from './planning/planner.ts';
import {
  type ErrorPolicy,
  type RequestScope,
  SubgraphFailure,
  type SubgraphResult,
  type SubgraphTransport,
} from './ports.ts';
import { type PrepareRequest, Preparer } from './prepare/preparer.ts';
import { completeData } from './respond/complete.ts';
import { type CostsOf, free } from './respond/field-costs.ts';
import type { EngineResponse } from './respond/response.ts';
import type { SupergraphModel } from './supergraph/model.ts';
import { chooseLabels } from './supergraph/overrides.ts';
import { jsonText } from './values/json-text.ts';
import { shortMessage } from './values/short-message.ts';

export type { PrepareRequest } from './prepare/preparer.ts';

export interface EngineOptions {
  readonly model: SupergraphModel;
  readonly planner: Planner;
  readonly transport: SubgraphTransport;
  readonly errorPolicy: ErrorPolicy;
  /** Prepared operations kept. Default 1,000. */
  readonly maxOperations?: number;
  /** Makes the message at a field that the client may not see. */
  readonly deniedMessage?: DeniedMessage;
  /** Whether errors name the subgraph they come from. Default true. */
  readonly exposeSubgraphNames?: boolean;
  /** Default: nothing costs anything. */
  readonly costsOf?: CostsOf;
}

export type Variables = Readonly<Record<string, unknown>>;

export interface EventOptions {
  /** Makes the scope for one event's fetches: a subscription outlives the deadline and the tokens it began with. Default: the subscription's scope. */
  readonly scopeOfEvent?: (event: SubgraphResult) => RequestScope;
  /** Called with an unexpected error in the gateway itself that made one event fail. */
  readonly onDefect?: (error: unknown) => void;
}

/** A request to a subgraph in a plan. */
export interface PlannedFetch {
  readonly subgraph: string;
  /** Undefined if this engine has not made the request yet. */
  readonly timing: FetchTiming | undefined;
}

/** Events of one subscription that are completed concurrently. */
const maxConcurrentEvents = 8;

/** Serves one supergraph; a new supergraph gets a new engine. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #preparer: Preparer;
  readonly #timings = new FetchTimings();

  constructor(options: EngineOptions) {
    this.#options = options;
    const { model, planner, maxOperations = 1000, deniedMessage = () => 'Unauthorized field or type' } = options;
    const { costsOf = () => free } = options;
    this.#preparer = new Preparer({ model, planner, maxOperations, deniedMessage, costsOf });
  }

  /** The schema that clients see. */
  get schema(): GraphQLSchema {
    return this.#options.model.apiSchema;
  }

  /**
   * Parses, validates and plans an operation once, also when many requests need it at the same time.
   * @throws RequestError
   */
  prepare(request: PrepareRequest): Promise<PreparedOperation> {
    return this.#preparer.prepare(request);
  }

  /**
   * The requirements that a document has on an identity, for gateways that must look up scopes or evaluate policies first.
   * @throws RequestError when the document isn't valid
   */
  accessOf(request: PrepareRequest): OperationAccess {
    return this.#preparer.accessOf(request);
  }

  /** Chooses the active labels of `@override(label:)` for one request; `percent(x)` is drawn at random. */
  chooseLabels(isActive: (label: string) => boolean = () => false): string[] {
    return chooseLabels(this.#options.model.overrides, isActive);
  }

  /** Prepares operations before clients request them. Failures are ignored here: such an operation fails again when a client requests it. */
  async warm(requests: readonly PrepareRequest[]): Promise<void> {
    await Promise.allSettled(requests.map((request) => this.prepare(request)));
  }

  /**
   * Plans a trusted document before clients request it, for each of these kinds of clients. Requests then find the plans.
   * @throws RequestError
   */
  planAhead(request: PrepareRequest, clients: readonly Grants[]): Promise<void> {
    return this.#preparer.planAhead(request, clients);
  }

  /**
   * The subgraphs that a client's operation fetches from, one entry per fetch.
   * @throws RequestError
   */
  fetchesOf(request: PrepareRequest): Promise<string[]> {
    return this.#preparer.fetchesOf(request);
  }

  /**
   * The requests to subgraphs that the operation would make with these variables, and how long they took before.
   * @throws RequestError when the variables don't fit the operation
   */
  plannedFetches(operation: PreparedOperation, given: Variables, onError?: ErrorBehavior): PlannedFetch[] {
    const batches = operation.batchesFor(operation.coerceVariables(given), onError);
    return batches.map((batch) => ({ subgraph: batch.subgraph, timing: this.#timings.of(batch) }));
  }

  /** The prepare requests of the most recently used operations, newest first. They warm up the engine of the next supergraph. */
  recentlyPlanned(count: number): PrepareRequest[] {
    return this.#preparer.recent(count);
  }

  /**
   * Runs a query or mutation. Failures of subgraphs become errors in the response.
   * @throws RequestError when the variables don't fit the operation
   */
  async execute(operation: PreparedOperation, given: Variables, scope: RequestScope): Promise<EngineResponse> {
    const variables = operation.coerceVariables(given);
    const variant = operation.variantFor(variables, scope.onError);
    if (variant.isUnresolvable) return { data: 'null', errors: this.#finish(variant.refusals, scope), cost: 0 };
    return this.#respond(variant, variables, clientVariables(given), scope);
  }

  /**
   * Runs a query or mutation that was prepared as `incremental`. Yields the payloads of an incremental delivery format as
   * JSON texts. When nothing is deferred, there is one payload: an ordinary response.
   * @param onCost called before a payload is yielded, with the cost of each object that it adds to
   * @throws RequestError when the variables don't fit the operation
   */
  deliver(
    operation: PreparedOperation,
    given: Variables,
    scope: RequestScope,
    format: IncrementalFormat = '2022',
    onCost: (cost: number) => void = () => {},
  ): AsyncGenerator<string> {
    const variables = operation.coerceVariables(given);
    const { transport, model, errorPolicy } = this.#options;
    const delivery = {
      variables,
      context: {
        ...{ transport, satisfies: model.satisfies, scope, errorPolicy },
        ...{ clientVariable: clientVariables(given), timings: this.#timings },
      },
      finish: (errors: readonly EngineError[]) => this.#finish(errors, scope),
      onCost,
    };
    return deliver(operation.incrementalVariantFor(variables, scope.onError), delivery, format);
  }

  /**
   * Checks a subscription before it begins, so that an edge can refuse it instead of starting a stream.
   * @throws RequestError when the operation isn't a subscription, the client may not see its field, or the variables don't fit it
   */
  requireSubscribable(operation: PreparedOperation, given: Variables): void {
    subscribableVariant(operation, operation.coerceVariables(given));
  }

  /**
   * Runs a subscription: yields one response per event, in the order of the events. Each event has its own fetches to other subgraphs;
   * several events are fetched concurrently. An event that fails becomes a response with errors. The stream ends when the source
   * completes. When the source fails, the last response reports the failure.
   * @throws RequestError as `requireSubscribable` does, when the first response is requested
   */
  async *subscribe(
    operation: PreparedOperation,
    given: Variables,
    scope: RequestScope,
    { scopeOfEvent = () => scope, onDefect }: EventOptions = {},
  ): AsyncGenerator<EngineResponse> {
    const variables = operation.coerceVariables(given);
    const { variant, event } = subscribableVariant(operation, variables, scope.onError);
    const { transport } = this.#options;
    const clientVariable = clientVariables(given);
    const body = event.body.write([], clientVariable);
    const complete = async (result: SubgraphResult): Promise<EngineResponse> => {
      try {
        return await this.#respond(variant, variables, clientVariable, scopeOfEvent(result), (execution) =>
          execution.receive(event, result),
        );
      } catch (error) {
        onDefect?.(error);
        return { data: 'null', errors: this.#finish([defect], scope) };
      }
    };
    const events = transport.subscribe({ subgraph: event.subgraph, kind: event.kind, body }, scope);
    try {
      yield* inOrder(events, maxConcurrentEvents, complete);
    } catch (error) {
      if (!(error instanceof SubgraphFailure)) throw error;
      const { message, code, retryable, subgraph } = error;
      yield { data: undefined, errors: this.#finish([{ message, extensions: { code, retryable, subgraph } }], scope) };
    }
  }

  async #respond(
    variant: Variant,
    variables: Variables,
    clientVariable: ClientVariable,
    scope: RequestScope,
    begin?: (execution: Execution) => void,
  ): Promise<EngineResponse> {
    const { transport, model, errorPolicy } = this.#options;
    const execution = new Execution(variant.places, {
      transport,
      satisfies: model.satisfies,
      scope,
      errorPolicy,
      clientVariable,
      timings: this.#timings,
    });
    begin?.(execution);
    await execution.run(variant.program);
    // The client disconnected: fields are missing because fetches were cancelled. Do not report errors.
    if (scope.signal?.aborted) return { data: 'null', errors: [] };
    const report = execution.report(variant);
    const { refusals } = variant;
    const known = refusals.length > 0 ? { ...report, errors: [...refusals, ...report.errors] } : report;
    const { root: object, isUnescaped } = execution.tree;
    const fetched = { object, isUnescaped };
    const { data, errors, cost } = completeData(variant.write, fetched, variables, known);
    const reported = this.#finish(errors, scope);
    return scope.onError === 'HALT' && reported[0]
      ? { data: 'null', errors: [reported[0]], cost }
      : { data, errors: reported, cost };
  }

  /** Shortens long messages, adds the request id, and hides the subgraph's name where the options say so. */
  #finish(given: readonly EngineError[], { requestId, unrepeatable }: RequestScope): readonly EngineError[] {
    if (given.length === 0) return given;
    const errors = unrepeatable ? given.map(afterChange) : given;
    return errors.map((error) => {
      const { subgraph, ...extensions } = error.extensions;
      const given = shortMessage(error.message);
      if (subgraph === undefined || this.#options.exposeSubgraphNames !== false) {
        return { ...error, message: given, extensions: { ...error.extensions, requestId } };
      }
      const message = given.replaceAll(` "${subgraph}"`, '');
      return { ...error, message, extensions: { ...extensions, requestId } };
    });
  }

  /** Stops planning. Prepared operations still run: a subscription may outlive the engine that prepared it. */
  async close(): Promise<void> {
    this.#preparer.clear();
    await this.#options.planner.close();
  }
}

/** Marks an error below a mutation's root field as not retryable: the change was made, and a retry would make it again. */
function afterChange(error: EngineError): EngineError {
  const isBelow = (error.path?.length ?? 0) > 1;
  return isBelow ? { ...error, extensions: { ...error.extensions, retryable: false } } : error;
}

const defect: EngineError = {
  message: 'Internal server error',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
};

/** The variant of a subscription, and the batch that is its source of events. @throws RequestError */
function subscribableVariant(
  operation: PreparedOperation,
  variables: Variables,
  onError?: ErrorBehavior,
): { variant: Variant; event: Batch } {
  const variant = operation.variantFor(variables, onError);
  if (variant.event) return { variant, event: variant.event };
  if (variant.refusals.length > 0) throw new RequestError(variant.refusals);
  throw requestError('BAD_USER_INPUT', 'This operation is not a subscription. Send it as an ordinary request.');
}

type ClientVariable = (name: string) => string | undefined;

/** Reads the JSON text of a variable as the client sent it. */
function clientVariables(given: Variables): ClientVariable {
  return (name) => (Object.hasOwn(given, name) && given[name] !== undefined ? jsonText(given[name]) : undefined);
}
