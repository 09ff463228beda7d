import { onlyColumns, pageOf, readPage } from '#shared/database/list.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { notReady } from '#shared/graphql/mutation.ts';
import { reachOf } from '#shared/identity/reach.ts';
import { checkCount, type PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Recommendation } from '../domain/recommendation.ts';
import { staffOnlyOfDrivers, staffOnlyOfVehicles } from '../domain/visibility.ts';
import {
  type AssignmentFilter,
  assignmentConditions,
  type DriverFilter,
  driverConditions,
  type VehicleFilter,
  vehicleConditions,
} from '../store/filters.ts';
import { assignments, type DriverOrder, driversIn, type VehicleOrder, vehiclesIn } from '../store/lists.ts';
import { advise, listPairs } from '../store/recommendations.ts';
import { keptTotal } from '../store/totals.ts';
import { visibleAssignments } from '../store/visibility.ts';
import { leaderboard } from './leaderboard.ts';

interface Listed<F> extends PageArguments {
  readonly filter?: F | null;
}

const maxRecommendations = 50;

/** @throws GraphError FORBIDDEN if the caller uses a filter or an order that only staff may use */
function refuseAny(staffOnly: readonly string[]): void {
  if (staffOnly.length === 0) return;
  throw new GraphError(
    'FORBIDDEN',
    `Only staff may use ${staffOnly.join(' and ')}. Omit ${staffOnly.length === 1 ? 'it' : 'them'}.`,
  );
}

export const Query = {
  driver: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.driver.load(id),
  drivers: (
    _parent: unknown,
    { filter, orderBy, ...page }: Listed<DriverFilter> & { orderBy: DriverOrder },
    { em, identity, clock, columns }: FleetContext,
  ) => {
    refuseAny(staffOnlyOfDrivers(identity, { ...filter }, orderBy));
    const list = onlyColumns(driversIn[orderBy], columns('Driver'), ['id']);
    return readPage(em, list, driverConditions(em, filter, clock()), pageOf(list, page));
  },
  vehicle: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.vehicle.load(id),
  vehicles: (
    _parent: unknown,
    { filter, orderBy, ...page }: Listed<VehicleFilter> & { orderBy: VehicleOrder },
    { em, identity, clock, columns }: FleetContext,
  ) => {
    refuseAny(staffOnlyOfVehicles(identity, { ...filter }));
    const list = onlyColumns(vehiclesIn[orderBy], columns('Vehicle'), ['id']);
    return readPage(em, list, vehicleConditions(filter, clock()), pageOf(list, page));
  },
  assignment: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.assignment.load(id),
  assignments: (
    _parent: unknown,
    { filter, ...page }: Listed<AssignmentFilter>,
    { em, identity, columns }: FleetContext,
  ) => {
    const list = onlyColumns(assignments, columns('Assignment'), ['id']);
    const reach = reachOf(identity);
    const where = [visibleAssignments(reach), ...assignmentConditions(filter)];
    return readPage(em, list, where, pageOf(list, page), keptTotal(em, reach, filter));
  },
  recommendDrivers: async (
    _parent: unknown,
    { shipmentId, first }: { shipmentId: string; first: number },
    { em, clock, catchUp, recommendationCounts }: FleetContext,
  ) => {
    checkCount('first', first, maxRecommendations);
    await catchUp([shipmentId]);
    const pairs = await listPairs(em, shipmentId, { first, now: clock() });
    recommendationCounts.recommended(shipmentId, pairs);
    return pairs;
  },
  recommendations: async (
    _parent: unknown,
    { shipmentId, first }: { shipmentId: string; first: number },
    { em, clock, catchUp, recommendationCounts }: FleetContext,
  ) => {
    checkCount('first', first, maxRecommendations);
    if (!(await catchUp([shipmentId]))) return { recommendations: [], excluded: [], refusals: [notReady] };
    const advice = await advise(em, shipmentId, { first, now: clock() });
    recommendationCounts.recommended(shipmentId, advice.recommendations);
    return advice;
  },
  leaderboard,
};

export const DriverRecommendation = {
  driver: ({ driverId }: Recommendation, _args: unknown, { loaders }: FleetContext) => loaders.driver.load(driverId),
  vehicle: ({ vehicleId }: Recommendation, _args: unknown, { loaders }: FleetContext) =>
    loaders.vehicle.load(vehicleId),
};
