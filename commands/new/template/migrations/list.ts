import type { NamedMigration } from '#shared/database/database.ts';
import { CreateSubgraphName } from './0001-subgraph-name.ts';

/** Every migration of this subgraph, oldest first. */
export const migrations: readonly NamedMigration[] = [{ name: '0001-subgraph-name', class: CreateSubgraphName }];
