import { type ExecutionResult, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { z } from 'zod';
import { errorTable, GraphError } from '../errors/errors.ts';
import type { ReadIdentity } from '../identity/gateway-identity.ts';
import { type Identity, identityHeader } from '../identity/identity.ts';
import { endOfLog, type LogPosition, writtenExtension } from '../identity/log-position.ts';
import { parseRequestOrigin, type RequestOrigin } from '../identity/request-origin.ts';
import { explainHeader, recordStatements } from '../runtime/explain.ts';
import type { Log } from '../runtime/log.ts';
import type { SubgraphMetrics } from '../runtime/metrics.ts';
import type { SlowStatements } from '../runtime/slow-statements.ts';
import { errorType, runAs, type Work } from '../runtime/tracing/current-work.ts';
import { recordedContext, traceparentKey } from '../runtime/tracing/trace-context.ts';
import type { Span, Tracer } from '../runtime/tracing/tracer.ts';
import type { BaseContext, RequestFacts } from './context.ts';
import { maskError } from './masking.ts';
import { PreparedDocument, PreparedDocuments } from './prepare.ts';

/** A request of the gateway, by HTTP or from the same process. */
export interface GatewayRequest {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON. */
  readonly body: string;
  /** Aborted when the gateway has disconnected. */
  readonly signal: AbortSignal;
}

export interface GatewayResponse {
  /** HTTP status: an error of the request has that of its code, an error of a field 200. */
  readonly status: number;
  /** Values as in JSON. */
  readonly result: GatewayResult;
}

/** A result whose errors show only what the gateway may see. */
export interface GatewayResult extends Pick<ExecutionResult, 'data' | 'extensions'> {
  readonly errors?: readonly GraphQLFormattedError[];
}

/** Responds to queries and mutations of the gateway. */
export type Respond = (request: GatewayRequest) => Promise<GatewayResponse>;

interface Options {
  readonly schema: GraphQLSchema;
  readonly readIdentity: ReadIdentity;
  readonly contextFor: (identity: Identity, origin: RequestOrigin, request: RequestFacts) => BaseContext;
  /** A position in the log after everything that has committed; undefined if nobody needs it. */
  readonly writtenPosition: () => Promise<LogPosition | undefined>;
  readonly metrics: SubgraphMetrics;
  readonly log: Log;
  readonly tracer: Tracer;
  readonly slowStatements: SlowStatements;
}

/** The work of one request. Its operation becomes known while it runs. */
interface RequestWork extends Work {
  onStatement: Work['onStatement'];
}

const parameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  onError: z.unknown().optional(),
});
type Parameters = z.infer<typeof parameters>;

export function createRespond(options: Options): Respond {
  const { schema, readIdentity, contextFor, writtenPosition, metrics, log, tracer, slowStatements } = options;
  const documents = new PreparedDocuments(schema);

  const execute = async (
    { headers, body, signal }: GatewayRequest,
    origin: RequestOrigin,
    work: RequestWork,
  ): Promise<Executed> => {
    const identity = await readIdentity(headers[identityHeader]);
    const { query, operationName = null, variables = null, onError } = parseParameters(body);
    const prepared = documents.prepare(query);
    if (!(prepared instanceof PreparedDocument)) return refused(prepared);
    const operation = prepared.operation(operationName);
    if (operation.type === 'subscription') throw subscriptionRefused();
    const { name = 'anonymous', type } = operation;
    nameSpan(work.span, type, name);
    work.onStatement = slowStatements.watch(name);
    const contextValue = contextFor(identity, origin, { operation, client: signal });
    const run = async () => {
      const result = await contextValue.execution.run(operation, {
        contextValue,
        variableValues: variables,
        propagates: onError !== 'NULL',
      });
      return operation.type === 'mutation' ? withPosition(result, contextValue.execution, writtenPosition) : result;
    };
    if (headers[explainHeader] !== 'sql') return executed(name, await run());
    const { result, statements } = await recordStatements(run);
    return executed(name, { ...result, extensions: { ...result.extensions, sql: statements } });
  };

  return async (request) => {
    const began = performance.now();
    const origin = parseRequestOrigin(request.headers);
    const span = tracer.follow('GraphQL request', recordedContext(request.headers[traceparentKey]), { kind: 'server' });
    const work: RequestWork = { span, onStatement: undefined };
    const { name, status, result } = await runAs(work, () => execute(request, origin, work).catch(refusal));
    const { errors, ...rest } = result;
    const ms = performance.now() - began;
    metrics.observe(name, ms / 1000, errors !== undefined);
    slowStatements.learn(name, ms);
    if (span) endSpan(span, status, errors);
    const masked = errors?.map((error) => {
      const formatted = error.toJSON();
      const extensions = { ...formatted.extensions, requestId: origin.requestId };
      return maskError({ ...formatted, extensions }, error, log);
    });
    return { status, result: masked ? { errors: masked, ...rest } : rest };
  };
}

function nameSpan(span: Span | undefined, type: string, name: string): void {
  span?.rename(`${type} ${name}`);
  span?.set({ 'graphql.operation.type': type, 'graphql.operation.name': name });
}

function endSpan(span: Span, status: number, errors: readonly GraphQLError[] | undefined): void {
  span.set({ 'http.response.status_code': status });
  if (errors?.[0]) span.fail(errorType(errors[0]));
  span.end();
}

/** Tells the gateway what its caller has written. A mutation that ended early, or a lost connection, may still commit. */
async function withPosition(
  result: ExecutionResult,
  execution: BaseContext['execution'],
  writtenPosition: Options['writtenPosition'],
): Promise<ExecutionResult> {
  const position = await writtenPosition().catch(() => endOfLog);
  if (position === undefined) return result;
  const written = execution.isOver() ? endOfLog : position;
  return { ...result, extensions: { ...result.extensions, [writtenExtension]: written } };
}

interface Executed {
  /** Name of the operation in metrics. */
  readonly name: string;
  readonly status: number;
  readonly result: ExecutionResult;
}

/** A result without data is that of a request whose variables do not fit. graphql-js gives these errors no code. */
function executed(name: string, result: ExecutionResult): Executed {
  if ('data' in result) return { name, status: 200, result };
  const errors = (result.errors ?? []).map(({ message, nodes }) => badInput(message, nodes));
  return { ...refused(errors), name };
}

function badInput(message: string, nodes: GraphQLError['nodes']): GraphQLError {
  return new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'BAD_USER_INPUT' } });
}

function refused(errors: readonly GraphQLError[]): Executed {
  return { name: 'refused', status: 400, result: { errors } };
}

/** The request is refused before it runs: by its identity, or because it is none that the gateway sends. */
function refusal(error: unknown): Executed {
  const known = error instanceof GraphError ? error : undefined;
  const { status } = errorTable[known?.code ?? 'INTERNAL_SERVER_ERROR'];
  return { name: 'refused', status, result: { errors: [known ?? asGraphQLError(error)] } };
}

function asGraphQLError(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function parseParameters(body: string): Parameters {
  try {
    return parameters.parse(JSON.parse(body));
  } catch {
    throw new GraphError(
      'BAD_REQUEST',
      'Send a JSON object with `query`, and `operationName` and `variables` if needed.',
    );
  }
}

function subscriptionRefused(): GraphError {
  return new GraphError('OPERATION_RESOLUTION_FAILURE', 'Subscriptions are served over websockets only.');
}
