import type { GraphQLResolverMap } from '@apollo/subgraph/dist/schema-helper/index.js';
import type { EntitySchema } from '@mikro-orm/core';
import type { Metric } from 'prom-client';
import type { BoundColumn } from './database/bound-column.ts';
import type { NamedMigration } from './database/database.ts';
import type { Retention } from './database/retention.ts';
import type { Reactions } from './events/jobs.ts';
import type { Rules } from './graphql/authorization.ts';
import type { BaseContext } from './graphql/context.ts';
import type { Secret } from './settings/process-secrets.ts';
import type { Chore } from './work/chore.ts';
import type { Measurement } from './work/measurements.ts';

/** The tables of a subgraph and their migrations. */
export interface SubgraphTables {
  /** Name of the subgraph in supergraph.yaml, of its database schema and of its queue. */
  readonly name: string;
  readonly entities: readonly EntitySchema[];
  readonly migrations: readonly NamedMigration[];
  /** How long each table keeps its rows, besides the tables that every subgraph has. */
  readonly retention: Retention;
  /** Secrets that its process needs in production besides those of every subgraph. */
  readonly secrets?: readonly Secret[];
  /** Sealed columns besides those of its entities. */
  readonly boundColumns?: readonly BoundColumn[];
}

/** The definition of a subgraph. It starts nothing. */
export interface Subgraph<C extends BaseContext = BaseContext> extends SubgraphTables {
  /** URL of its SDL file. */
  readonly schema: URL;
  readonly resolvers: GraphQLResolverMap<C>;
  readonly rules: Rules;
  readonly reactions: Reactions;
  /** Work that it repeats while it listens. */
  readonly chores?: readonly Chore[];
  /** Figures that one of its processes reads from its tables now and then. */
  readonly measurements?: readonly Measurement[];
  /** Its own metrics besides those of every subgraph. They are not registered yet. */
  readonly metrics?: readonly Metric[];
  /** Adds stores and loaders to the context of one request. */
  context(base: BaseContext): C;
}
