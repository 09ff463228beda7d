import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import type { ExecutionResult } from 'graphql';
import { parse } from 'graphql';
import type { Federation } from './federation.ts';

process.env.APOLLO_TELEMETRY_DISABLED = '1';

export type StockExecutor = (source: string, variables?: Record<string, unknown>) => Promise<ExecutionResult>;

/** `@apollo/gateway`'s own executor over the same subgraphs: the oracle of differential tests. */
export async function stockExecutor(federation: Federation): Promise<StockExecutor> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = new ApolloGateway({
    supergraphSdl: federation.supergraphSdl,
    logger,
    buildService: ({ name }) => new LocalGraphQLDataSource(federation.schemas.get(name)!),
  });
  const { executor } = await gateway.load();
  return async (source, variables = {}) => {
    const document = parse(source);
    const operation = document.definitions.find((definition) => definition.kind === 'OperationDefinition');
    return executor({
      request: { query: source, variables },
      document,
      operation,
      operationName: operation?.name?.value ?? null,
      queryHash: source,
      source,
      schema: gateway.schema,
      logger,
      context: {},
      metrics: {},
      cache: undefined,
    } as never);
  };
}
