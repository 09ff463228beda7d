import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import type { ExecutionResult } from 'graphql';
import { parse } from 'graphql';
import type { Federation } from './federation.ts';

process.env.APOLLO_TELEMETRY_DISABLED = '1';

export type StockExecutor = (source: string, variables?: Record<string, unknown>) => Promise<ExecutionResult>;

/**
 * `@apollo/gateway`'s own executor over the same subgraphs: the oracle of differential tests.
 * @param turns how many turns of the event loop later than at once a subgraph answers
 */
export async function stockExecutor(
  federation: Federation,
  turns: (subgraph: string) => number = () => 0,
): Promise<StockExecutor> {
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const gateway = new ApolloGateway({
    supergraphSdl: federation.supergraphSdl,
    logger,
    buildService: ({ name }) => {
      const local = new LocalGraphQLDataSource(federation.schemas.get(name)!);
      return {
        process: async (options) => {
          for (let turn = turns(name); turn > 0; turn--) await nextTurn();
          return local.process(options);
        },
      };
    },
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
