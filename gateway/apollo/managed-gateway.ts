import { ApolloGateway } from '@apollo/gateway';
import type { GraphQLSchema } from 'graphql';
import type { Log } from '#shared/runtime/log.ts';
import type { ManagedSupergraph } from '../supergraph/lifecycle.ts';
import type { DataSourceFactory } from './transport-source.ts';

export interface ManagedGatewayOptions extends ManagedSupergraph {
  readonly dataSource: DataSourceFactory;
  readonly log: Log;
}

/** An @apollo/gateway whose supergraph we manage. */
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
 * Hands our schema to @apollo/gateway, which otherwise builds a schema and a query planner of its own with every update: 240 ms on the main
 * thread and 12 MB for the freight supergraph, besides those of our engine, which alone uses them. There is no setting for it; the method is
 * private, and the version of the package is pinned (docs/decisions/0017-one-schema-per-generation.md).
 */
function takeSchema(gateway: ApolloGateway, ownSchema: () => GraphQLSchema): void {
  const updateWithSupergraphSdl = (): void => {
    gateway.schema = ownSchema();
  };
  Object.assign(gateway, { updateWithSupergraphSdl });
}

/** @apollo/gateway reports its use to its makers unless the environment says no; it is asked before the first instance. */
function disableTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
