import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import type { Log } from '#shared/runtime/log.ts';
import type { ManagedSupergraph } from '../supergraph/lifecycle.ts';
import type { DataSourceFactory } from './transport-source.ts';

export interface ManagedGatewayOptions extends ManagedSupergraph {
  readonly dataSource: DataSourceFactory;
  readonly log: Log;
}

/** Creates an @apollo/gateway whose supergraph we manage. */
export function createManagedGateway({ load, dataSource, ownSchema, log }: ManagedGatewayOptions): ApolloGateway {
  disableTelemetry();
  const gateway = new ApolloGateway({
    supergraphSdl: ({ update }) => load(update),
    buildService: ({ name }) => dataSource(name),
    logger: { debug() {}, info() {}, warn: (text) => log.warn(text), error: (text) => log.error(text) },
    __exposeQueryPlanExperimental: false,
  });
  if (ownSchema) takeSchema(gateway, ownSchema);
  return gateway;
}

/**
 * Passes our schema to @apollo/gateway. Otherwise it builds a schema and a query planner with every update, which nothing uses: 240 ms on the
 * main thread and 12 MB for the freight supergraph. There is no setting for this, so a private method is replaced. The version of the package is
 * pinned: see docs/decisions/0017-one-schema-per-generation.md.
 */
function takeSchema(gateway: ApolloGateway, ownSchema: () => GraphQLSchema): void {
  const updateWithSupergraphSdl = (): void => {
    gateway.schema = ownSchema();
  };
  Object.assign(gateway, { updateWithSupergraphSdl });
}

/** Stops @apollo/gateway from reporting its use to Apollo. It reads the variable when the first instance is created. */
function disableTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
