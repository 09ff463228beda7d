import { databaseName } from '#shared/database/provision.ts';
import type { DrillContext } from '../drill.ts';

/** The URL of the product's database for the superuser. */
export function administratorOf({ topology }: Pick<DrillContext, 'topology'>): string {
  const changed = new URL(topology.environmentOf('migrate')['DATABASE_URL'] ?? '');
  changed.pathname = `/${databaseName}`;
  return changed.href;
}
