import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import type { EntitySchema } from '@mikro-orm/core';
import type { Metric } from 'prom-client';
import type { NamedMigration } from './database/database.ts';
import type { Reactions } from './events/jobs.ts';
import type { Rules } from './graphql/authorization.ts';
import type { BaseContext } from './graphql/context.ts';

/** What a subgraph stores, and how its tables come to be. */
export interface SubgraphTables {
  /** Its name in supergraph.yaml; also that of its database schema and queue. */
  readonly name: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly NamedMigration[];
}

/** A subgraph as a value: what it is made of, without anything running. */
export interface Subgraph<C extends BaseContext = BaseContext> extends SubgraphTables {
  /** The SDL beside it. */
  readonly schema: URL;
  readonly resolvers: GraphQLResolverMap<C>;
  readonly rules: Rules;
  readonly reactions: Reactions;
  /** Metrics of its own, beside those that every subgraph has; they are in no registry yet. */
  readonly metrics?: readonly Metric[];
  /** Adds stores and loaders to the context of one request. */
  context(base: BaseContext): C;
}
