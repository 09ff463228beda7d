import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { DayRange } from '../domain/range.ts';

export interface CustomerCounts {
  /** At the end of the range. */
  readonly total: number;
  /** Became customers within the range. */
  readonly added: number;
  /** Created a shipment within the range. */
  readonly active: number;
}

/** Customers of a range, in one statement. */
export async function countCustomers(em: EntityManager, { from, until }: DayRange): Promise<CustomerCounts> {
  const [row] = await query<CustomerCounts>(
    em,
    sql`select (select count(*)::int from customer
              where created_at < (${until}::date + 1)::timestamp at time zone 'UTC') as total,
            (select count(*)::int from customer
              where created_at >= ${from}::date::timestamp at time zone 'UTC'
                and created_at < (${until}::date + 1)::timestamp at time zone 'UTC') as added,
            (select count(distinct organization_id)::int from organization_day
              where day between ${from} and ${until} and shipments_created > 0) as active`,
  );
  return row ?? { total: 0, added: 0, active: 0 };
}
