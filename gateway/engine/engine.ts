import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  print,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { type EngineError, type EngineErrorCode, RequestError, requestError } from './errors.ts';
import { Execution } from './execute/execution.ts';
import { deliver } from './incremental/deliver.ts';
import { mentionsDefer, withoutDefer } from './incremental/has-defer.ts';
import { labelDefers } from './incremental/labels.ts';
import { PreparedOperation, type Variant } from './operation.ts';
import { plannableDocument } from './planning/plannable-document.ts';
import { type Planner, PlanningFailure } from './planning/planner.ts';
import { type RequestScope, SubgraphFailure, type SubgraphTransport } from './ports.ts';
import { completeData } from './respond/complete.ts';
import { jsonText } from './respond/json-text.ts';
import type { EngineResponse } from './respond/response.ts';
import type { SupergraphModel } from './supergraph/model.ts';

export interface EngineOptions {
  readonly model: SupergraphModel;
  readonly planner: Planner;
  readonly transport: SubgraphTransport;
  /** Prepared operations kept. Default 1,000. */
  readonly maxOperations?: number;
  /** Whether errors name the subgraph they come from. Default true. */
  readonly exposeSubgraphNames?: boolean;
}

export interface PrepareRequest {
  readonly source: string;
  /** The parsed document, if it has been parsed and validated already. */
  readonly document?: DocumentNode;
  readonly operationName?: string | undefined;
  /** Labels of `@override(label:)` that hold for this request. */
  readonly activeLabels?: readonly string[];
  /** Whether the client takes a response in parts; `@defer` is without effect otherwise. */
  readonly incremental?: boolean;
}

export type Variables = Readonly<Record<string, unknown>>;

/** Serves one supergraph; a new supergraph gets a new engine. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #prepared: LRUCache<string, Promise<PreparedOperation>>;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#prepared = new LRUCache({ max: options.maxOperations ?? 1000 });
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
    const key = `${request.operationName ?? ''}\n${(request.activeLabels ?? []).join('\n')}\n${request.incremental ? 'parts' : ''}\n${sourceKey(request.source)}`;
    const known = this.#prepared.get(key);
    if (known) return known;
    const prepared = this.#prepare(request);
    this.#prepared.set(key, prepared);
    // A failure may pass (a time limit, a full queue): the next request tries again.
    prepared.catch(() => {
      if (this.#prepared.peek(key) === prepared) this.#prepared.delete(key);
    });
    return prepared;
  }

  async #prepare(request: PrepareRequest): Promise<PreparedOperation> {
    const { model, planner } = this.#options;
    const given = request.document ?? parseAndValidate(request.source, model.apiSchema);
    const defers = mentionsDefer(request.source);
    const document = defers && !request.incremental ? withoutDefer(given) : given;
    const labelled = defers && request.incremental ? labelDefers(document) : undefined;
    const definition = getOperationAST(document, request.operationName);
    if (!definition) throw requestError('BAD_USER_INPUT', 'The document has no operation of that name');
    const plannable = plannableDocument(labelled?.document ?? document, model.plannerNames);
    const plan = await planner
      .plan({
        source: plannable === given ? request.source : print(plannable),
        operationName: request.operationName,
        activeLabels: request.activeLabels ?? [],
      })
      .catch((error: unknown) => {
        throw planningError(error);
      });
    return new PreparedOperation(document, definition, plan, model, labelled?.fragments);
  }

  /**
   * Runs a query or mutation. Failures of subgraphs are in the response's errors.
   * @throws RequestError when the variables don't fit the operation
   */
  async execute(operation: PreparedOperation, given: Variables, scope: RequestScope): Promise<EngineResponse> {
    const variables = operation.coerceVariables(given);
    const variant = operation.variantFor(variables);
    if (variant.unplannedRootKeys.length > 0 && variant.program.batches.length === 0) {
      return { data: 'null', errors: this.#finish(unplannedErrors(variant), scope) };
    }
    return this.#answer(variant, variables, clientVariables(given), scope);
  }

  /**
   * Runs a query or mutation that was prepared as `incremental`: the payloads of the incremental delivery format, as
   * JSON texts. Without anything deferred there is one payload, an ordinary response.
   * @throws RequestError when the variables don't fit the operation
   */
  deliver(operation: PreparedOperation, given: Variables, scope: RequestScope): AsyncGenerator<string> {
    const variables = operation.coerceVariables(given);
    const { transport, model } = this.#options;
    return deliver(operation.incrementalVariantFor(variables), {
      variables,
      context: { transport, satisfies: model.satisfies, scope, clientVariable: clientVariables(given) },
      clientPath: operation.clientPath,
      finish: (errors) => this.#finish(errors, scope),
    });
  }

  /**
   * Runs a subscription: one response per event, in their order, each with its own fetches to the other subgraphs. Ends
   * when the source completes; a source that breaks for good is told in a last response.
   * @throws RequestError when the operation is no subscription or the variables don't fit it
   */
  async *subscribe(
    operation: PreparedOperation,
    given: Variables,
    scope: RequestScope,
  ): AsyncGenerator<EngineResponse> {
    const variables = operation.coerceVariables(given);
    const variant = operation.variantFor(variables);
    const { event } = variant;
    if (!event) throw requestError('BAD_USER_INPUT', 'A subscription is required; this is another operation');
    const { transport } = this.#options;
    const clientVariable = clientVariables(given);
    const body = event.body.write([], clientVariable);
    try {
      for await (const result of transport.subscribe({ subgraph: event.subgraph, kind: event.kind, body }, scope)) {
        yield await this.#answer(variant, variables, clientVariable, scope, (execution) =>
          execution.receive(event, result),
        );
      }
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
    const { transport, model } = this.#options;
    const execution = new Execution(variant.places, { transport, satisfies: model.satisfies, scope, clientVariable });
    begin?.(execution);
    await execution.run(variant.program);
    const failed = execution.errors.isEmpty ? [] : execution.errors.report(execution.tree.root, variant.clientPath);
    const known = variant.unplannedRootKeys.length > 0 ? [...unplannedErrors(variant), ...failed] : failed;
    const { data, errors } = completeData(variant.write, execution.tree.root, variables, known);
    return { data, errors: this.#finish(errors, scope) };
  }

  #finish(errors: readonly EngineError[], { requestId }: RequestScope): readonly EngineError[] {
    if (errors.length === 0) return errors;
    return errors.map((error) => {
      const { subgraph, ...extensions } = error.extensions;
      const named = this.#options.exposeSubgraphNames === false || subgraph === undefined ? {} : { subgraph };
      return { ...error, extensions: { ...extensions, ...named, requestId } };
    });
  }

  async close(): Promise<void> {
    await this.#options.planner.close();
  }
}

/** The planner silently leaves out what no subgraph can answer; a client is told. */
function unplannedErrors({ unplannedRootKeys }: Variant): EngineError[] {
  return unplannedRootKeys.map((key) => ({
    message: `No subgraph can answer "${key}" as it is selected here`,
    path: [key],
    extensions: { code: 'INTERNAL_SERVER_ERROR', retryable: false },
  }));
}

type ClientVariable = (name: string) => string | undefined;

/** JSON texts of the variables as the client gave them. */
function clientVariables(given: Variables): ClientVariable {
  return (name) => (Object.hasOwn(given, name) && given[name] !== undefined ? jsonText(given[name]) : undefined);
}

/** Short sources are their own key; a long one is kept as its hash. */
function sourceKey(source: string): string {
  return source.length < 256 ? source : createHash('sha256').update(source).digest('base64');
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

function planningError(error: unknown): RequestError {
  if (!(error instanceof PlanningFailure)) throw error;
  switch (error.reason) {
    case 'timeout':
      return requestError('GATEWAY_TIMEOUT', 'The operation takes too long to plan');
    case 'overloaded':
      return requestError('REQUEST_CONCURRENCY_LIMITED', 'Too many operations are waiting to be planned', true);
    case 'closed':
      return requestError('INTERNAL_SERVER_ERROR', 'The gateway is stopping', true);
    case 'failed':
      return requestError('INTERNAL_SERVER_ERROR', 'The operation could not be planned');
  }
}
