import type { Reach } from '../identity/reach.ts';
import { always, never, type Sql } from './sql.ts';

/** For each kind of reach that is not all or nothing, the condition for the rows within it; rows of a kind left out are hidden. */
export interface ReachConditions {
  readonly driver?: (driverId: string) => Sql;
  readonly organization?: (organizationId: string) => Sql;
}

/** The condition for the rows within a reach. Every statement that reads records for somebody contains one. */
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
