import type { NamedMigration } from '#shared/database.ts';
import { CreateTracking } from './0001-tracking.ts';

/** Every migration of this subgraph, oldest first. */
export const migrations: readonly NamedMigration[] = [{ name: '0001-tracking', class: CreateTracking }];
