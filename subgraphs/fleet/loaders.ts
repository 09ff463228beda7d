import type { BaseContext } from '#shared/graphql/context.ts';
import { byKey, listsByKey } from '#shared/graphql/loader.ts';
import { isUuid } from '#shared/ids.ts';
import { type Period, spanAt } from './domain/period.ts';
import {
  AssignmentEntity,
  BadgeEntity,
  type Driver,
  DriverEntity,
  RewardAccountEntity,
  ShiftEntity,
  type Vehicle,
  VehicleEntity,
} from './entities.ts';
import { visibleAssignmentsOfShipments } from './store/assignments.ts';
import { assignments, incidents, rewardEntries, shifts } from './store/lists.ts';
import { visibleLoadsOf } from './store/loads.ts';
import { conjunction } from './store/page.ts';
import { pagesOf } from './store/pages.ts';
import { visibleAssignments, visibleCarriers } from './store/reach.ts';
import { talliesOf } from './store/scores.ts';

export type Loaders = ReturnType<typeof createLoaders>;

/** The loaders of one request. What the identity may not see answers null, whichever way it was asked for. */
export function createLoaders({ em, identity, clock }: BaseContext) {
  const now = clock();
  return {
    drivers: byKey(
      async (ids: readonly string[]): Promise<Driver[]> => {
        const where = visibleCarriers(identity, 'driver_id');
        const raws: Record<string, unknown>[] = await em.execute(
          `select t.* from driver t where t.id in (?) and ${conjunction(where)}`,
          [idsOf(ids), ...where.flatMap(({ parameters }) => parameters)],
        );
        return raws.map((raw) => em.map(DriverEntity, raw));
      },
      ({ id }) => id,
    ),
    vehicles: byKey(
      async (ids: readonly string[]): Promise<Vehicle[]> => {
        const where = visibleCarriers(identity, 'vehicle_id');
        const raws: Record<string, unknown>[] = await em.execute(
          `select t.* from vehicle t where t.id in (?) and ${conjunction(where)}`,
          [idsOf(ids), ...where.flatMap(({ parameters }) => parameters)],
        );
        return raws.map((raw) => em.map(VehicleEntity, raw));
      },
      ({ id }) => id,
    ),
    assignments: byKey(
      async (ids: readonly string[]) => {
        const where = visibleAssignments(identity);
        const raws: Record<string, unknown>[] = await em.execute(
          `select t.* from assignment t where t.id in (?) and ${conjunction(where)}`,
          [idsOf(ids), ...where.flatMap(({ parameters }) => parameters)],
        );
        return raws.map((raw) => em.map(AssignmentEntity, raw));
      },
      ({ id }) => id,
    ),
    assignmentOfShipment: byKey(
      (shipmentIds: readonly string[]) => visibleAssignmentsOfShipments(em, identity, idsOf(shipmentIds)),
      ({ shipmentId }) => shipmentId,
    ),
    loads: byKey(
      (shipmentIds: readonly string[]) => visibleLoadsOf(em, identity, idsOf(shipmentIds)),
      ({ shipmentId }) => shipmentId,
    ),
    /** Tallies by the key that `tallyKey` makes. */
    tallies: byKey(
      (keys: readonly string[]) =>
        talliesOf(
          em,
          keys.map((key) => {
            const [driverId = '', period] = key.split(' ') as [string, Period];
            return { driverId, period, startsAt: spanAt(period, now).startsAt };
          }),
        ),
      ({ driverId, period }) => tallyKey(driverId, period),
    ),
    badges: listsByKey(
      (driverIds: readonly string[]) =>
        em.find(BadgeEntity, { driverId: { $in: [...driverIds] } }, { orderBy: { earnedAt: 'asc', kind: 'asc' } }),
      ({ driverId }) => driverId,
    ),
    openShifts: byKey(
      (driverIds: readonly string[]) => em.find(ShiftEntity, { driverId: { $in: [...driverIds] }, endedAt: null }),
      ({ driverId }) => driverId,
    ),
    rewardAccounts: byKey(
      (driverIds: readonly string[]) => em.find(RewardAccountEntity, { driverId: { $in: [...driverIds] } }),
      ({ driverId }) => driverId,
    ),
    assignmentsOfDriver: pagesOf(em, assignments, 'driver_id', visibleAssignments(identity)),
    assignmentsOfVehicle: pagesOf(em, assignments, 'vehicle_id', visibleAssignments(identity)),
    shiftsOfDriver: pagesOf(em, shifts, 'driver_id'),
    incidentsOfDriver: pagesOf(em, incidents, 'driver_id'),
    rewardEntriesOfDriver: pagesOf(em, rewardEntries, 'driver_id'),
  };
}

/** Key of a driver's tally in the current week, month, or of all time. */
export function tallyKey(driverId: string, period: Period): string {
  return `${driverId} ${period}`;
}

const nobody = '00000000-0000-0000-0000-000000000000';

/** Ids that clients and neighbours made up must not reach a uuid column; an empty list is no valid `in`. */
function idsOf(ids: readonly string[]): string[] {
  const known = ids.filter(isUuid);
  return known.length > 0 ? known : [nobody];
}
