import { onlyColumns, pagesOf } from '#shared/database/list.ts';
import { noColumns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import { ofFound } from '#shared/database/within-reach.ts';
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

/** What a route is planned from. */
const routedLoads = loadRows.only(noColumns, ['shipmentId', 'stops', 'distanceMeters', 'pickupFrom']);

/** The loaders of one request. Records that the caller may not see are not read. */
export function createLoaders({ em, identity, clock, columns }: BaseContext) {
  const now = clock();
  const reach = reachOf(identity);
  const driverOf = ({ driverId }: { readonly driverId: string }) => driverId;
  const shipmentOf = ({ shipmentId }: { readonly shipmentId: string }) => shipmentId;
  const ofAssignment = columns('Assignment');
  const assignmentList = onlyColumns(assignments, ofAssignment, ['id']);
  return {
    driver: byId((ids) => {
      const rows = driverRows.only(columns('Driver'), ['id']);
      return rows.readBy(em, 'id', ids, { where: visibleDrivers(reach) });
    }, idOf),
    vehicle: byId((ids) => {
      const rows = vehicleRows.only(columns('Vehicle'), ['id']);
      return rows.readBy(em, 'id', ids, { where: visibleVehicles(reach) });
    }, idOf),
    assignment: byId((ids) => {
      const rows = assignmentRows.only(ofAssignment, ['id']);
      return rows.readBy(em, 'id', ids, { where: ofFound(visibleAssignments(reach)) });
    }, idOf),
    assignmentOfShipment: byId((ids) => assignmentsOfShipments(em, reach, ids, ofAssignment), shipmentOf),
    vehicleNow: byId(
      (ids) => vehiclesNow(em, reach, ids, now),
      ({ vehicleId }) => vehicleId,
    ),
    underwayAssignmentsOfDriver: listsById((ids) => underwayAssignmentsOf(em, reach, ids, ofAssignment), driverOf),
    load: byId(
      (ids) => routedLoads.readBy(em, 'shipment_id', ids, { where: ofFound(visibleLoads(reach)) }),
      shipmentOf,
    ),
    /** Tallies by `tallyKey`. */
    tally: byKey(
      (keys) => {
        const asked = keys.map((key) => key.split(' ') as [driverId: string, period: Period]); // made by tallyKey
        const spans = [...new Set(asked.map(([, period]) => period))].map((period) => ({
          period,
          startsAt: spanAt(period, now).startsAt,
        }));
        return talliesOf(em, [...new Set(asked.map(([driverId]) => driverId))], spans);
      },
      ({ driverId, period }) => tallyKey(driverId, period),
    ),
    badges: listsById((ids) => {
      const rows = badgeRows.only(columns('Badge'), ['driverId']);
      return rows.readBy(em, 'driver_id', ids, { orderBy: 't.earned_at, t.kind' });
    }, driverOf),
    openShift: byId((ids) => {
      const rows = shiftRows.only(columns('Shift'), ['driverId']);
      return rows.readBy(em, 'driver_id', ids, { where: sql`t.ended_at is null` });
    }, driverOf),
    rewardAccount: byId(
      (ids) => rewardAccountRows.only(columns('RewardAccount'), ['driverId']).readBy(em, 'driver_id', ids),
      driverOf,
    ),
    assignmentsOfDriver: pagesOf(em, assignmentList, 'driver_id', [visibleAssignments(reach)]),
    assignmentsOfVehicle: pagesOf(em, assignmentList, 'vehicle_id', [visibleAssignments(reach)]),
    shiftsOfDriver: pagesOf(em, onlyColumns(shifts, columns('Shift'), ['id']), 'driver_id'),
    incidentsOfDriver: pagesOf(em, onlyColumns(incidents, columns('SafetyIncident'), ['id']), 'driver_id'),
    rewardEntriesOfDriver: pagesOf(em, onlyColumns(rewardEntries, columns('RewardEntry'), ['id']), 'driver_id'),
  };
}

/** The key of a driver's tally of the current week, the current month, or all time. */
export function tallyKey(driverId: string, period: Period): string {
  return `${driverId} ${period}`;
}
