import type { EntityManager } from '#shared/database/database.ts';
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
  const [row] = await em.execute<Record<keyof CustomerCounts, string>[]>(
    `select (select count(*) from customer where created_at < (?::date + 1)::timestamp at time zone 'UTC') as total,
            (select count(*) from customer
              where created_at >= ?::date::timestamp at time zone 'UTC'
                and created_at < (?::date + 1)::timestamp at time zone 'UTC') as added,
            (select count(distinct organization_id) from organization_day
              where day between ? and ? and shipments_created > 0) as active`,
    [until, from, until, from, until],
  );
  return { total: Number(row?.total), added: Number(row?.added), active: Number(row?.active) };
}
