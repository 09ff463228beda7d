import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { anyOf, type Sql, sql } from '#shared/database/sql.ts';
import { type Day, daysOf } from '../domain/day.ts';
import { type CompanyDay, noBusiness } from '../domain/fold.ts';
import type { DayRange } from '../domain/range.ts';
import { companyDayRows } from './rows.ts';

/** The company's figures of every day of these ranges, oldest first, in one statement. Days without events are zeros. */
export async function companyDays(em: EntityManager, ranges: readonly DayRange[]): Promise<CompanyDay[][]> {
  const rows = await companyDayRows.read(
    em,
    sql`select ${companyDayRows.columns('t')} from company_day t where ${anyOf(ranges.map(isWithin))}`,
  );
  const known = new Map(rows.map((row) => [row.day, { ...row, day: row.day as Day }])); // a date column
  return ranges.map(({ from, until }) => daysOf(from, until).map((day) => known.get(day) ?? { day, ...noBusiness }));
}

export interface Comparison {
  readonly previousRevenueCents: number;
  readonly previousShipments: number;
  readonly yearToDateCents: number;
}

/** Sums of the previous range and of the year to date, in one statement. */
export async function compare(em: EntityManager, before: DayRange, year: DayRange): Promise<Comparison> {
  const [row] = await query<Comparison>(
    em,
    sql`select coalesce(sum(revenue_cents) filter (where ${isWithin(before)}), 0)::float8 as "previousRevenueCents",
            coalesce(sum(shipments_created) filter (where ${isWithin(before)}), 0)::float8 as "previousShipments",
            coalesce(sum(revenue_cents) filter (where ${isWithin(year)}), 0)::float8 as "yearToDateCents"
       from company_day where ${isWithin(before)} or ${isWithin(year)}`,
  );
  return row ?? { previousRevenueCents: 0, previousShipments: 0, yearToDateCents: 0 };
}

function isWithin({ from, until }: DayRange): Sql {
  return sql`day between ${from} and ${until}`;
}
