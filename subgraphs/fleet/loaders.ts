import { pagesOf } from '#shared/database/list.ts';
import { sql } from '#shared/database/sql.ts';
import type { BaseContext } from '#shared/graphql/context.ts';
import { byId, byKey, idOf, listsById } from '#shared/graphql/loader.ts';
import { reachOf } from '#shared/identity/reach.ts';
import { type Period, spanAt } from './domain/period.ts';
import { assignmentsOfShipments } from './store/assignments.ts';
import { underwayAssignmentsOf, vehiclesNow } from './store/current.ts';
import { assignments, incidents, rewardEntries, shifts } from './store/lists.ts';
import {
  assignmentRows,
  badgeRows,
  driverRows,
  loadRows,
  rewardAccountRows,
  shiftRows,
  vehicleRows,
} from './store/rows.ts';
import { talliesOf } from './store/scores.ts';
import { visibleAssignments, visibleDrivers, visibleLoads, visibleVehicles } from './store/visibility.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock }: BaseContext) {
  const now = clock();
  const reach = reachOf(identity);
  const driverOf = ({ driverId }: { readonly driverId: string }) => driverId;
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  return {
    driver: byId((ids) => driverRows.readBy(em, 'id', ids, { where: visibleDrivers(reach) }), idOf),
    vehicle: byId((ids) => vehicleRows.readBy(em, 'id', ids, { where: visibleVehicles(reach) }), idOf),
    assignment: byId((ids) => assignmentRows.readBy(em, 'id', ids, { where: visibleAssignments(reach) }), idOf),
    assignmentOfShipment: byId((ids) => assignmentsOfShipments(em, reach, ids), shipmentOf),
    vehicleNow: byId(
      (ids) => vehiclesNow(em, reach, ids, now),
      ({ vehicleId }) => vehicleId,
    ),
    underwayAssignmentsOfDriver: listsById((ids) => underwayAssignmentsOf(em, reach, ids), driverOf),
    load: byId((ids) => loadRows.readBy(em, 'shipment_id', ids, { where: visibleLoads(reach) }), shipmentOf),
    /** Tallies by `tallyKey`. */
    tally: byKey(
      (keys) =>
        talliesOf(
          em,
          keys.map((key) => {
            const [driverId = '', period] = key.split(' ') as [string, Period];
            return { driverId, period, startsAt: spanAt(period, now).startsAt };
          }),
        ),
      ({ driverId, period }) => tallyKey(driverId, period),
    ),
    badges: listsById((ids) => badgeRows.readBy(em, 'driver_id', ids, { orderBy: 't.earned_at, t.kind' }), driverOf),
    openShift: byId((ids) => shiftRows.readBy(em, 'driver_id', ids, { where: sql`t.ended_at is null` }), driverOf),
    rewardAccount: byId((ids) => rewardAccountRows.readBy(em, 'driver_id', ids), driverOf),
    assignmentsOfDriver: pagesOf(em, assignments, 'driver_id', [visibleAssignments(reach)]),
    assignmentsOfVehicle: pagesOf(em, assignments, 'vehicle_id', [visibleAssignments(reach)]),
    shiftsOfDriver: pagesOf(em, shifts, 'driver_id'),
    incidentsOfDriver: pagesOf(em, incidents, 'driver_id'),
    rewardEntriesOfDriver: pagesOf(em, rewardEntries, 'driver_id'),
  };
}

/** The key of a driver's tally of the current week, the current month, or all time. */
export function tallyKey(driverId: string, period: Period): string {
  return `${driverId} ${period}`;
}
