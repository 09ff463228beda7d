import type { EntityManager } from '#shared/database/database.ts';
import { type Day, daysOf } from '../domain/day.ts';
import { type CompanyDay, noBusiness } from '../domain/fold.ts';
import type { DayRange } from '../domain/range.ts';
import { CompanyDayEntity } from '../entities.ts';

/** The company's figures of every day of a range, oldest first; days on which nothing happened are zeros. */
export async function companyDays(em: EntityManager, range: DayRange): Promise<CompanyDay[]> {
  const rows = await em.find(
    CompanyDayEntity,
    { day: { $gte: range.from, $lte: range.until } },
    { disableIdentityMap: true },
  );
  const known = new Map(rows.map((row) => [row.day, { ...row, day: row.day as Day }])); // a date column
  return daysOf(range.from, range.until).map((day) => known.get(day) ?? { day, ...noBusiness });
}

export interface Comparison {
  readonly previousRevenueCents: number;
  readonly previousShipments: number;
  readonly yearToDateCents: number;
}

/** Sums of the range before and of the year to date, in one statement. */
export async function compare(em: EntityManager, before: DayRange, year: DayRange): Promise<Comparison> {
  const [row] = await em.execute<Record<keyof Comparison, string>[]>(
    `select coalesce(sum(revenue_cents) filter (where day between ? and ?), 0) as "previousRevenueCents",
            coalesce(sum(shipments_created) filter (where day between ? and ?), 0) as "previousShipments",
            coalesce(sum(revenue_cents) filter (where day between ? and ?), 0) as "yearToDateCents"
       from company_day where day between ? and ? or day between ? and ?`,
    [before, before, year, before, year].flatMap(({ from, until }) => [from, until]),
  );
  return {
    previousRevenueCents: Number(row?.previousRevenueCents),
    previousShipments: Number(row?.previousShipments),
    yearToDateCents: Number(row?.yearToDateCents),
  };
}
