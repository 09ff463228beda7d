import type { ApolloGateway } from '@apollo/gateway';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { createApolloExecutor } from '../engine/apollo.ts';
import type { ExecuteOperation } from './execute-operation.ts';
import type { GatewayContext } from './request-scope.ts';

/** @apollo/gateway with its life cycle, and our engine in the place of its executor. */
export function withFreightEngine(apollo: ApolloGateway, execute: ExecuteOperation): GatewayInterface {
  const executor = createApolloExecutor(({ context, request }) => {
    const { request: client } = context as GatewayContext; // Apollo Server hands on what the GraphQL route gave it
    return execute(client, request.variables ?? {});
  });
  return {
    async load(options) {
      await apollo.load(options);
      return { executor };
    },
    onSchemaLoadOrUpdate: (callback) => apollo.onSchemaLoadOrUpdate(callback),
    stop: () => apollo.stop(),
  };
}
