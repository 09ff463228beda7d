import type { GraphQLDataSource } from '@apollo/gateway';
import type { OperationKind, SubgraphTransport } from '../engine/ports.ts';
import { createRequestScope, type ScopeOptions } from '../pipeline/request-scope.ts';
import type { ApolloContext } from './context.ts';

/** Creates the data source of @apollo/gateway for a subgraph. */
export type DataSourceFactory = (subgraph: string) => GraphQLDataSource;

/**
 * Connects @apollo/gateway to our transport, because its own client has no time limit and takes a stack trace per request. Its executor modifies
 * the responses, so the transport must not share them (`shareResponses: false`).
 */
export function createTransportSource(transport: SubgraphTransport, scopes: ScopeOptions): DataSourceFactory {
  return (subgraph) => ({
    async process(options) {
      if (!('incomingRequestContext' in options)) throw new Error('health checks go through the transport');
      const { query, variables, operationName } = options.request;
      const { checked, signal } = options.context as ApolloContext; // given to Apollo Server by the executor
      const scope = createRequestScope(checked, signal, scopes);
      const kind: OperationKind = options.incomingRequestContext.operation?.operation ?? 'query';
      const body = JSON.stringify({ query, variables, operationName });
      const { data, errors } = await transport.fetch({ subgraph, kind, body }, scope);
      // The types of @apollo/gateway require GraphQLError instances. Its code reads only message, path and extensions.
      return { data, errors } as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  });
}
