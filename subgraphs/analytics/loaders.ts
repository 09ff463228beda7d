import DataLoader from 'dataloader';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, perArguments } from '#shared/graphql/loader.ts';
import { reaches } from '#shared/identity/reach.ts';
import { addDays, dayOf } from './domain/day.ts';
import { historyDays } from './domain/outlook.ts';
import { type DayRange, elapsed, lastDays, previous, yearToDate } from './domain/range.ts';
import { companyDays, compare } from './store/company.ts';
import { countCustomers } from './store/customers.ts';
import { performanceOf } from './store/performance.ts';
import { companyUtilization, utilizationOf } from './store/utilization.ts';
import { performanceReach, utilizationReach } from './store/visibility.ts';

/** One loader per key, length of range and request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock }: BaseContext) {
  const now = clock();
  const drivers = utilizationReach(identity);
  const organizations = performanceReach(identity);
  return {
    utilization: perArguments((days: number) =>
      byId(
        (ids) =>
          whereAny(
            ids.filter((driverId) => reaches(drivers, { driverId })),
            (visible) => utilizationOf(em, lastDays(days, now), visible),
          ),
        (row) => row.driverId,
      ),
    ),
    performance: perArguments((days: number) =>
      byId(
        (ids) =>
          whereAny(
            ids.filter((organizationId) => reaches(organizations, { organizationId })),
            (visible) => performanceOf(em, visible, lastDays(days, now)),
          ),
        (row) => row.organizationId,
      ),
    ),
  };
}

async function whereAny<R>(ids: readonly string[], read: (ids: readonly string[]) => Promise<R[]>): Promise<R[]> {
  return ids.length === 0 ? [] : read(ids);
}

/**
 * The parts of an executive view. Each part is read once, when its first figure is selected. The days of the period and of the outlook
 * share one statement. Every other part has its own.
 */
export function executiveSource({ em, clock }: BaseContext, requested: DayRange) {
  const now = clock();
  const today = dayOf(now);
  const period = elapsed(requested, now);
  const days = new DataLoader((ranges: readonly DayRange[]) => companyDays(em, ranges));
  return {
    requested,
    period,
    now,
    days: once(() => days.load(period)),
    comparison: once(() => compare(em, previous(period), yearToDate(period.until))),
    history: once(() => days.load({ from: addDays(today, -historyDays), until: addDays(today, -1) })),
    customers: once(() => countCustomers(em, period)),
    drivers: once(() => companyUtilization(em, period)),
  };
}
export type ExecutiveSource = ReturnType<typeof executiveSource>;

function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined;
  return () => {
    reading ??= read();
    return reading;
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
