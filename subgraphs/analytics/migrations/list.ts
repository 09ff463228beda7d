import type { NamedMigration } from '#shared/database/database.ts';
import { CreateAnalytics } from './0001-analytics.ts';
import { AddFleetDays } from './0002-fleet-days.ts';
import { RequireFleetDays } from './0003-kept-fleet-days.ts';

/** Every migration of this subgraph, oldest first. */
export const migrations: readonly NamedMigration[] = [
  { name: '0001-analytics', class: CreateAnalytics },
  { name: '0002-fleet-days', class: AddFleetDays },
  { name: '0003-kept-fleet-days', class: RequireFleetDays },
];
