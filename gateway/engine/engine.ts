import type { GraphQLSchema } from 'graphql';
import type { OperationAccess } from './authorization/operation-access.ts';
import type { Batch } from './compile/program.ts';
import type { ErrorBehavior } from './error-behavior.ts';
import { type EngineError, RequestError, requestError } from './errors.ts';
import { Execution } from './execute/execution.ts';
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
import { type PrepareRequest, Preparer } from './preparer.ts';
import { completeData } from './respond/complete.ts';
import type { EngineResponse } from './respond/response.ts';
import type { SupergraphModel } from './supergraph/model.ts';
import { chooseLabels } from './supergraph/overrides.ts';
import { jsonText } from './values/json-text.ts';

export type { PrepareRequest } from './preparer.ts';

export interface EngineOptions {
  readonly model: SupergraphModel;
  readonly planner: Planner;
  readonly transport: SubgraphTransport;
  readonly errorPolicy: ErrorPolicy;
  /** Prepared operations kept. Default 1,000. */
  readonly maxOperations?: number;
  /** Message of the error at a field that the client may not see. */
  readonly deniedMessage?: string;
  /** Whether errors name the subgraph they come from. Default true. */
  readonly exposeSubgraphNames?: boolean;
}

export type Variables = Readonly<Record<string, unknown>>;

export interface EventOptions {
  /** The scope of one event's fetches; that of the subscription outlives time limits and tokens. Default: that of the subscription. */
  readonly scopeOfEvent?: () => RequestScope;
  /** Hears of a defect of ours that spoiled one event. */
  readonly onDefect?: (error: unknown) => void;
}

/** Events of one subscription that are completed at the same time. */
const eventsAtATime = 8;

/** Serves one supergraph; a new supergraph gets a new engine. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #preparer: Preparer;

  constructor(options: EngineOptions) {
    this.#options = options;
    const { model, planner, maxOperations = 1000, deniedMessage = 'Unauthorized field or type' } = options;
    this.#preparer = new Preparer({ model, planner, maxOperations, deniedMessage });
  }

  /** The schema clients see. */
  get schema(): GraphQLSchema {
    return this.#options.model.apiSchema;
  }

  /**
   * Parses, validates and plans an operation once, also when many ask for it at the same time.
   * @throws RequestError
   */
  prepare(request: PrepareRequest): Promise<PreparedOperation> {
    return this.#preparer.prepare(request);
  }

  /**
   * What a document demands of an identity: for gateways that have to look up scopes or decide on policies first.
   * @throws RequestError when the document isn't valid
   */
  accessOf(request: PrepareRequest): OperationAccess {
    return this.#preparer.accessOf(request);
  }

  /** Chooses the labels of `@override(label:)` that hold for one request; `percent(x)` is drawn by lot. */
  chooseLabels(isActive: (label: string) => boolean = () => false): string[] {
    return chooseLabels(this.#options.model.overrides, isActive);
  }

  /** Prepares operations before anybody asks for them; one that can't be prepared fails again when it is asked for. */
  async warm(requests: readonly PrepareRequest[]): Promise<void> {
    await Promise.allSettled(requests.map((request) => this.prepare(request)));
  }

  /** How the operations used last were asked for, newest first: to warm up the engine of the next supergraph with. */
  recentlyPlanned(count: number): PrepareRequest[] {
    return this.#preparer.recent(count);
  }

  /**
   * Runs a query or mutation. Failures of subgraphs are in the response's errors.
   * @throws RequestError when the variables don't fit the operation
   */
  async execute(operation: PreparedOperation, given: Variables, scope: RequestScope): Promise<EngineResponse> {
    const variables = operation.coerceVariables(given);
    const variant = operation.variantFor(variables, scope.onError);
    if (variant.isUnanswerable) return { data: 'null', errors: this.#finish(variant.refusals, scope) };
    return this.#answer(variant, variables, clientVariables(given), scope);
  }

  /**
   * Runs a query or mutation that was prepared as `incremental`: the payloads of an incremental delivery format, as
   * JSON texts. Without anything deferred there is one payload, an ordinary response.
   * @throws RequestError when the variables don't fit the operation
   */
  deliver(
    operation: PreparedOperation,
    given: Variables,
    scope: RequestScope,
    format: IncrementalFormat = '2022',
  ): AsyncGenerator<string> {
    const variables = operation.coerceVariables(given);
    const { transport, model, errorPolicy } = this.#options;
    const delivery = {
      variables,
      context: { transport, satisfies: model.satisfies, scope, errorPolicy, clientVariable: clientVariables(given) },
      finish: (errors: readonly EngineError[]) => this.#finish(errors, scope),
    };
    return deliver(operation.incrementalVariantFor(variables, scope.onError), delivery, format);
  }

  /**
   * Checks what a subscription needs before it begins, so that callers can refuse it instead of starting a stream.
   * @throws RequestError when the operation is no subscription, the caller may not see its field, or the variables don't fit it
   */
  requireSubscribable(operation: PreparedOperation, given: Variables): void {
    subscribableVariant(operation, operation.coerceVariables(given));
  }

  /**
   * Runs a subscription: one response per event, in their order, each with its own fetches to the other subgraphs; those of several
   * events run at the same time. An event that fails is a response with errors. Ends when the source completes; a source that breaks
   * for good is told in a last response.
   * @throws RequestError as `requireSubscribable` does, with the first response
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
        return await this.#answer(variant, variables, clientVariable, scopeOfEvent(), (execution) =>
          execution.receive(event, result),
        );
      } catch (error) {
        onDefect?.(error);
        return { data: 'null', errors: this.#finish([defect], scope) };
      }
    };
    const events = transport.subscribe({ subgraph: event.subgraph, kind: event.kind, body }, scope);
    try {
      yield* inOrder(events, eventsAtATime, complete);
    } catch (error) {
      if (!(error instanceof SubgraphFailure)) throw error;
      const { message, code, retryable, subgraph } = error;
      yield { data: undefined, errors: this.#finish([{ message, extensions: { code, retryable, subgraph } }], scope) };
    }
  }

  async #answer(
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
    });
    begin?.(execution);
    await execution.run(variant.program);
    // The client has left: what is missing is missing because of that, and nobody reads it.
    if (scope.signal?.aborted) return { data: 'null', errors: [] };
    const failed = execution.errors.isEmpty ? [] : execution.errors.report(execution.tree.root, variant);
    const known = variant.refusals.length > 0 ? [...variant.refusals, ...failed] : failed;
    const { root: object, isUnescaped } = execution.tree;
    const fetched = { object, isUnescaped };
    const { data, errors } = completeData(variant.write, fetched, variables, known);
    const told = this.#finish(errors, scope);
    return scope.onError === 'HALT' && told[0] ? { data: 'null', errors: [told[0]] } : { data, errors: told };
  }

  #finish(given: readonly EngineError[], { requestId, unrepeatable }: RequestScope): readonly EngineError[] {
    if (given.length === 0) return given;
    const errors = unrepeatable ? given.map(afterChange) : given;
    return errors.map((error) => {
      const { subgraph, ...extensions } = error.extensions;
      if (subgraph === undefined || this.#options.exposeSubgraphNames !== false) {
        return { ...error, extensions: { ...error.extensions, requestId } };
      }
      const message = error.message.replaceAll(` "${subgraph}"`, '');
      return { ...error, message, extensions: { ...extensions, requestId } };
    });
  }

  /** Ends planning. What has been prepared still runs: subscriptions outlive the engine that prepared them. */
  async close(): Promise<void> {
    this.#preparer.clear();
    await this.#options.planner.close();
  }
}

/** An error below the root field of a mutation: the change has been made, and the client must not make it again for what it lacks. */
function afterChange(error: EngineError): EngineError {
  const isBelow = (error.path?.length ?? 0) > 1;
  return isBelow ? { ...error, extensions: { ...error.extensions, retryable: false } } : error;
}

const defect: EngineError = {
  message: 'Internal server error',
  extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
};

/** The variant of a subscription with the fetch that its events come from. @throws RequestError */
function subscribableVariant(
  operation: PreparedOperation,
  variables: Variables,
  onError?: ErrorBehavior,
): { variant: Variant; event: Batch } {
  const variant = operation.variantFor(variables, onError);
  if (variant.event) return { variant, event: variant.event };
  if (variant.refusals.length > 0) throw new RequestError(variant.refusals);
  throw requestError('BAD_USER_INPUT', 'A subscription is required; this is another operation');
}

type ClientVariable = (name: string) => string | undefined;

/** JSON texts of the variables as the client gave them. */
function clientVariables(given: Variables): ClientVariable {
  return (name) => (Object.hasOwn(given, name) && given[name] !== undefined ? jsonText(given[name]) : undefined);
}
