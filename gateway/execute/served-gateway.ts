import type { ApolloGateway } from '@apollo/gateway';
import type { GatewayExecutor, GatewayInterface } from '@apollo/server-gateway-interface';
import type { GatewayConfig } from '../config.ts';
import { createApolloExecutor } from '../engine/apollo.ts';
import { anonymous } from '../engine/authorization/requirements.ts';
import type { Engine } from '../engine/engine.ts';
import { createRequestScope, type GatewayContext } from './request-scope.ts';

type ExecutorContext = Parameters<GatewayExecutor>[0];

/** @apollo/gateway with its life cycle, and our engine in the place of its executor. */
export function withFreightEngine(
  apollo: ApolloGateway,
  { requestTimeoutMs, overrideLabels }: Pick<GatewayConfig, 'requestTimeoutMs' | 'overrideLabels'>,
): GatewayInterface {
  const executor = createApolloExecutor({
    engine: (context) => engineOf(context),
    grants: (context) => requestOf(context).caller?.grants ?? anonymous,
    activeLabels: (context) => engineOf(context).chooseLabels((label) => overrideLabels.has(label)),
    scope: (context) => createRequestScope(requestOf(context), requestTimeoutMs),
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

function requestOf(context: ExecutorContext) {
  return (context.context as GatewayContext).request; // Apollo Server hands on what the GraphQL route gave it
}

function engineOf(context: ExecutorContext): Engine {
  const { engine } = requestOf(context).generation;
  if (!engine) throw new Error('this generation was opened for @apollo/gateway');
  return engine;
}
