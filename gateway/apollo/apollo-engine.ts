import type { ApolloGateway } from '@apollo/gateway';
import type { Log } from '#shared/runtime/log.ts';
import type { GatewayConfig } from '../config.ts';
import type { ErrorPolicy } from '../engine/ports.ts';
import type { ServedEngine } from '../pipeline/executor.ts';
import { createApolloExecutor } from './apollo-executor.ts';
import { createApolloServer } from './apollo-server.ts';

export interface ApolloEngineOptions {
  readonly config: GatewayConfig;
  readonly errorPolicy: ErrorPolicy;
  readonly log: Log;
}

/** @apollo/gateway as the engine (`--engine apollo`). */
export function createApolloEngine(
  gateway: ApolloGateway,
  { config, errorPolicy, log }: ApolloEngineOptions,
): ServedEngine {
  const server = createApolloServer(gateway, config, log);
  return {
    executor: createApolloExecutor(server, errorPolicy, log),
    start: () => server.start(),
    stop: () => server.stop(),
  };
}
