import type { Reach } from '../identity/reach.ts';
import { always, never, type Sql, sql } from './sql.ts';

/** The conditions for the rows that a driver or an organization may see. Without a condition, the kind sees no rows. */
export interface ReachConditions {
  readonly driver?: (driverId: string) => Sql;
  readonly organization?: (organizationId: string) => Sql;
}

/** The condition for the rows within a reach. Every statement that reads records for an account has one. */
export function withinReach(reach: Reach, { driver, organization }: ReachConditions): Sql {
  switch (reach.kind) {
    case 'ALL':
      return always;
    case 'DRIVER':
      return driver?.(reach.driverId) ?? never;
    case 'ORGANIZATION':
      return organization?.(reach.organizationId) ?? never;
    case 'NONE':
      return never;
  }
}

/**
 * A condition of reach for rows that are found by their ids. PostgreSQL uses no index for it. Otherwise it could read all rows of an
 * organization to find those with the ids, and does so when it takes that for cheaper than ten ids.
 */
export function ofFound(condition: Sql): Sql {
  return sql`(${condition}) is true`;
}
