import type { Server } from 'node:http';
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { z } from 'zod';
import { GraphError } from '../errors/errors.ts';
import type { Operation } from '../executor/operation.ts';
import type { ReadIdentity } from '../identity/gateway-identity.ts';
import { parseRequestOrigin } from '../identity/request-origin.ts';
import { filterMap } from '../live/iterators.ts';
import { traceOf } from '../runtime/tracing/carried-trace.ts';
import { runAs } from '../runtime/tracing/current-work.ts';
import { formatTraceparent, traceparentKey } from '../runtime/tracing/trace-context.ts';
import { type BaseContext, createBaseContext, type RequestFacts, type Services } from './context.ts';
import { maskError } from './masking.ts';
import { onErrorOf } from './on-error.ts';
import { PreparedDocument, PreparedDocuments } from './prepare.ts';

export interface SubscriptionEdge {
  close(): Promise<void>;
}

const callerExtensions = z.object({ identity: z.string(), headers: z.record(z.string(), z.unknown()).default({}) });

/**
 * Serves graphql-ws at `/graphql` of a subgraph. One socket of the gateway has the subscriptions of many callers, so each
 * `subscribe` message has the identity token of its caller in `extensions.identity`.
 */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  services: Services,
  contextOf: (base: BaseContext) => BaseContext,
  readIdentity: ReadIdentity,
): SubscriptionEdge {
  const sockets = new WebSocketServer({ server, path: '/graphql', maxPayload: 1_048_576 });
  const documents = new PreparedDocuments(schema);
  const masked = (errors: readonly GraphQLError[], { extensions }: SubscribePayload) => {
    const { requestId } = parseRequestOrigin(callerExtensions.safeParse(extensions).data?.headers ?? {});
    return errors.map((error) => {
      const formatted = error.toJSON();
      return maskError({ ...formatted, extensions: { ...formatted.extensions, requestId } }, error, services.log);
    });
  };
  const edge = useServer(
    {
      // An error thrown here would close the socket with the subscriptions of all other callers.
      async onSubscribe(_socket, _id, payload) {
        const caller = callerExtensions.safeParse(payload.extensions).data;
        const identity = await readIdentity(caller?.identity).catch(asRefusal);
        if (identity instanceof GraphError) return [identity];
        const origin = parseRequestOrigin(caller?.headers ?? {});
        const newContext = (request: RequestFacts) => contextOf(createBaseContext(services, identity, origin, request));
        return prepareSubscription(schema, documents, payload, { newContext, services });
      },
      subscribe: (args) => subscribeWithContexts(args),
      onError: (_socket, _id, payload, errors) => masked(errors, payload),
      // Errors of an event, or of the subscription itself, are in the result.
      onNext: (_socket, _id, payload, _args, { errors, ...result }) =>
        errors && { ...result, errors: masked(errors, payload) },
    },
    sockets,
  );
  return {
    async close() {
      await edge.dispose();
      sockets.close();
    },
  };
}

function asRefusal(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  throw error;
}

/** A running subscription, as the context value of its arguments. */
interface Subscribed {
  readonly operation: Operation;
  readonly propagates: boolean;
  readonly newContext: (request: RequestFacts) => BaseContext;
  readonly services: Pick<Services, 'tracer' | 'slowStatements'>;
}

/** @returns the execution arguments of a subscription, or errors with codes of the table */
function prepareSubscription(
  schema: GraphQLSchema,
  documents: PreparedDocuments,
  { query, operationName = null, variables = null, ...payload }: SubscribePayload,
  own: Pick<Subscribed, 'newContext' | 'services'>,
): GraphQLError[] | ExecutionArgs {
  const prepared = documents.prepare(query);
  if (!(prepared instanceof PreparedDocument)) return [...prepared];
  const { document } = prepared;
  if (getOperationAST(document, operationName)?.operation !== 'subscription') {
    return [new GraphError('OPERATION_RESOLUTION_FAILURE', 'Only subscriptions are served over websockets.')];
  }
  const operation = prepared.operation(operationName);
  const contextValue: Subscribed = { operation, propagates: onErrorOf(payload) !== 'NULL', ...own };
  return { schema, document, operationName, variableValues: variables, contextValue };
}

/** Like graphql's `subscribe`, but with a new context per event, because the loaders of an earlier event have cached rows. */
async function subscribeWithContexts(
  args: ExecutionArgs,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const { operation, propagates, newContext, services } = args.contextValue as Subscribed; // made by `prepareSubscription` above
  const disconnect = new AbortController();
  const request = { operation, client: disconnect.signal };
  const source = await createSourceEventStream({ ...args, contextValue: newContext(request) });
  if (!(Symbol.asyncIterator in source)) return source;
  const { variableValues } = args;
  const resolveEvent = (rootValue: unknown) =>
    traceEvent(operation, rootValue, services, () => {
      const contextValue = newContext(request);
      return contextValue.execution.run(operation, { rootValue, contextValue, variableValues, propagates });
    });
  return filterMap(source, resolveEvent, () => disconnect.abort());
}

/** Continues the trace of the change that caused an event. The gateway continues it in turn, by an extension of the result. */
async function traceEvent(
  { name = 'anonymous' }: Operation,
  rootValue: unknown,
  { tracer, slowStatements }: Subscribed['services'],
  run: () => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const span = tracer.follow(`event ${name}`, traceOf(rootValue), {
    kind: 'consumer',
    attributes: { 'graphql.operation.type': 'subscription', 'graphql.operation.name': name },
  });
  const result = await runAs({ span, onStatement: slowStatements.watch(name) }, run);
  if (!span) return result;
  span.end();
  return { ...result, extensions: { ...result.extensions, [traceparentKey]: formatTraceparent(span.context) } };
}
