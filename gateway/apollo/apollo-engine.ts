import type { ApolloGateway } from '@apollo/gateway';
import type { Log } from '#shared/log.ts';
import type { GatewayConfig } from '../config.ts';
import type { ServedEngine } from '../pipeline/executor.ts';
import { createApolloExecutor } from './apollo-executor.ts';
import { createApolloServer } from './apollo-server.ts';

/** @apollo/gateway as the engine (`--engine apollo`). */
export function createApolloEngine(gateway: ApolloGateway, config: GatewayConfig, log: Log): ServedEngine {
  const server = createApolloServer(gateway, config, log);
  return {
    executor: createApolloExecutor(server, log),
    start: () => server.start(),
    stop: () => server.stop(),
  };
}
