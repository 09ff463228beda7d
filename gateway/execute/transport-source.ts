import type { GraphQLDataSource } from '@apollo/gateway';
import type { OperationKind, RequestScope, SubgraphTransport } from '../engine/ports.ts';
import { createRequestScope, type GatewayContext } from './request-scope.ts';

/** Makes what @apollo/gateway asks a subgraph through. */
export type DataSourceFactory = (subgraph: string) => GraphQLDataSource;

/**
 * @apollo/gateway over our transport: its own client has no time limit and takes a stack trace per request. The executor writes into
 * what it gets, so the transport must not share answers (`shareAnswers: false`).
 */
export function createTransportSource(transport: SubgraphTransport, requestTimeoutMs: number): DataSourceFactory {
  return (subgraph) => ({
    async process(options) {
      if (!('incomingRequestContext' in options)) throw new Error('health checks go through the transport');
      const { query, variables, operationName } = options.request;
      const context = options.context as GatewayContext; // Apollo Server hands on what the GraphQL route gave it
      const scope: RequestScope = createRequestScope(context.request, requestTimeoutMs);
      const kind: OperationKind = options.incomingRequestContext.operation?.operation ?? 'query';
      const body = JSON.stringify({ query, variables, operationName });
      const { data, errors } = await transport.fetch({ subgraph, kind, body }, scope);
      // The gateway's types ask for finished GraphQL errors; its code reads only message, path and extensions.
      return { data, errors } as Awaited<ReturnType<GraphQLDataSource['process']>>;
    },
  });
}
