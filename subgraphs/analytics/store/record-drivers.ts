import { bulkInsert } from '#shared/database/bulk.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { driverMeasures, type FactOf, fleetMeasures } from '../domain/facts.ts';
import { type DriverDay, differenceOf } from '../domain/fold.ts';
import { lockDrivers, refreshActivity } from './activity.ts';
import { fleetDaysOf } from './fleet-days.ts';
import { addSums } from './sums.ts';

type DriverChange = FactOf<'driverChange'>;

/**
 * Adds the days of drivers and stores their changes. The sums of all drivers change by what the days of these drivers add up to
 * before and after. Their drivers are locked, so that a concurrent writer of the same driver counts what this one wrote.
 */
export async function recordDrivers(
  em: EntityManager,
  days: readonly DriverDay[],
  changes: readonly DriverChange[],
): Promise<void> {
  const loads = days.filter(({ loadsCarried }) => loadsCarried !== 0);
  const driverIds = [...new Set([...loads, ...changes].map(({ driverId }) => driverId))];
  if (driverIds.length === 0) return addDays(em, days);
  // A change may change every day of its driver.
  const among = changes.length === 0 ? loads.map(({ day }) => day) : 'all days';
  await lockDrivers(em, driverIds);
  const before = await fleetDaysOf(em, driverIds, among);
  await addDays(em, days);
  if (changes.length > 0) await storeChanges(em, changes);
  const after = await fleetDaysOf(em, driverIds, among);
  await addSums(em, 'fleet_day', { day: 'date' }, fleetMeasures, differenceOf(before, after));
}

function addDays(em: EntityManager, days: readonly DriverDay[]): Promise<void> {
  return addSums(em, 'driver_day', { driverId: 'uuid', day: 'date' }, driverMeasures, days);
}

async function storeChanges(em: EntityManager, changes: readonly DriverChange[]): Promise<void> {
  const latest = new Map(changes.map((change) => [`${change.driverId} ${change.at}`, change]));
  const rows = [...latest.values()].map(({ driverId, at, active, hiredAt }) => ({
    driver_id: driverId,
    at,
    active,
    hired_at: hiredAt,
  }));
  const onConflict = 'on conflict (driver_id, at) do update set active = excluded.active, hired_at = excluded.hired_at';
  await bulkInsert(em, 'driver_change', rows, onConflict);
  await refreshActivity(em, [...new Set(rows.map(({ driver_id }) => driver_id))]);
}
