import { setImmediate as nextTurn } from 'node:timers/promises';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import type { ExecutionResult } from 'graphql';
import { parse } from 'graphql';
import type { Federation } from './federation.ts';

process.env.APOLLO_TELEMETRY_DISABLED = '1';

export type StockExecutor = (source: string, variables?: Record<string, unknown>) => Promise<ExecutionResult>;

/**
 * The executor of `@apollo/gateway` for the same subgraphs, as the oracle of differential tests.
 * @param turns the number of turns of the event loop before a subgraph responds
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
