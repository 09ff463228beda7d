import { ApolloServer, type ApolloServerOptions, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import { explainHeader, recordStatements } from '../runtime/explain.ts';
import type { Log } from '../runtime/log.ts';
import type { SubgraphMetrics } from '../runtime/metrics.ts';
import type { BaseContext } from './context.ts';
import { onErrorOf, schemaFor } from './error-behavior.ts';
import { maskError } from './masking.ts';

/** The Apollo Server of a subgraph's HTTP route. */
export function createApollo<C extends BaseContext>(
  schema: GraphQLSchema,
  metrics: SubgraphMetrics,
  log: Log,
): ApolloServer<C> {
  const behaviors: ErrorBehaviors = new WeakMap();
  const timing: ApolloServerPlugin<C> = {
    async requestDidStart({ request, contextValue: context }) {
      behaviors.set(context, onErrorOf(request.http?.body));
      const start = performance.now();
      return {
        async didEncounterErrors({ errors, contextValue }) {
          for (const error of errors) error.extensions['requestId'] = contextValue.requestId;
        },
        async willSendResponse({ operationName, errors }) {
          metrics.observe(operationName ?? 'anonymous', (performance.now() - start) / 1000, (errors?.length ?? 0) > 0);
        },
      };
    },
  };
  return new ApolloServer<C>({
    gateway: ownExecutor(schema, behaviors),
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      timing,
    ],
    formatError: (formatted, error) => maskError(formatted, error, log),
  });
}

/** The parameter `onError` of each request, by its context. Apollo Server doesn't pass it on to executors. */
type ErrorBehaviors = WeakMap<BaseContext, unknown>;

/** Apollo Server accepts a custom executor only from a gateway. Ours can end an execution early and heeds `onError`. */
function ownExecutor(
  schema: GraphQLSchema,
  behaviors: ErrorBehaviors,
): NonNullable<ApolloServerOptions<BaseContext>['gateway']> {
  let loaded: ((context: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void) | undefined;
  return {
    onSchemaLoadOrUpdate(callback) {
      loaded = callback;
      return () => {};
    },
    async load() {
      loaded?.({ apiSchema: schema, coreSupergraphSdl: '' });
      return {
        executor: async ({ document, request, operationName, context }) => {
          const base = context as BaseContext; // made by the context function of the route
          const { variables: variableValues, http } = request;
          const executed = schemaFor(behaviors.get(base), schema);
          const run = () =>
            base.execution.run({ schema: executed, document, variableValues, operationName, contextValue: context });
          if (http?.headers.get(explainHeader) !== 'sql') return run();
          const { result, statements } = await recordStatements(run);
          return { ...result, extensions: { ...result.extensions, sql: statements } };
        },
      };
    },
    async stop() {},
  };
}
