import { pageOf, readPage } from '#shared/database/list.ts';
import { GraphError } from '#shared/errors/errors.ts';
import { reachOf } from '#shared/identity/reach.ts';
import { checkCount, type PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Recommendation } from '../domain/recommendation.ts';
import { hiddenFromColleagues } from '../domain/visibility.ts';
import {
  type AssignmentFilter,
  assignmentConditions,
  type DriverFilter,
  driverConditions,
  type VehicleFilter,
  vehicleConditions,
} from '../store/filters.ts';
import { assignments, driversByHiring, driversByName, vehicles } from '../store/lists.ts';
import { advise, listPairs } from '../store/recommendations.ts';
import { visibleAssignments } from '../store/visibility.ts';
import { leaderboard } from './leaderboard.ts';

interface Listed<F> extends PageArguments {
  readonly filter?: F | null;
}

const maxRecommendations = 50;

export const Query = {
  driver: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.driver.load(id),
  drivers: (
    _parent: unknown,
    { filter, orderBy, ...page }: Listed<DriverFilter> & { orderBy: 'NAME_ASC' | 'HIRED_AT_DESC' },
    { em, identity }: FleetContext,
  ) => {
    const hidden = hiddenFromColleagues(identity, { ...filter }, orderBy);
    if (hidden.length > 0)
      throw new GraphError(
        'FORBIDDEN',
        `Only staff may use ${hidden.join(' and ')}. Omit ${hidden.length === 1 ? 'it' : 'them'}.`,
      );
    const list = orderBy === 'NAME_ASC' ? driversByName : driversByHiring;
    return readPage(em, list, driverConditions(filter), pageOf(list, page));
  },
  vehicle: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.vehicle.load(id),
  vehicles: (_parent: unknown, { filter, ...page }: Listed<VehicleFilter>, { em }: FleetContext) =>
    readPage(em, vehicles, vehicleConditions(filter), pageOf(vehicles, page)),
  assignment: (_parent: unknown, { id }: { id: string }, { loaders }: FleetContext) => loaders.assignment.load(id),
  assignments: (_parent: unknown, { filter, ...page }: Listed<AssignmentFilter>, { em, identity }: FleetContext) =>
    readPage(
      em,
      assignments,
      [visibleAssignments(reachOf(identity)), ...assignmentConditions(filter)],
      pageOf(assignments, page),
    ),
  recommendDrivers: async (
    _parent: unknown,
    { shipmentId, first }: { shipmentId: string; first: number },
    { em, clock }: FleetContext,
  ) => {
    checkCount('first', first, maxRecommendations);
    return listPairs(em, shipmentId, { first, now: clock() });
  },
  recommendations: async (
    _parent: unknown,
    { shipmentId, first }: { shipmentId: string; first: number },
    { em, clock }: FleetContext,
  ) => {
    checkCount('first', first, maxRecommendations);
    return advise(em, shipmentId, { first, now: clock() });
  },
  leaderboard,
};

export const DriverRecommendation = {
  driver: ({ driverId }: Recommendation, _args: unknown, { loaders }: FleetContext) => loaders.driver.load(driverId),
  vehicle: ({ vehicleId }: Recommendation, _args: unknown, { loaders }: FleetContext) =>
    loaders.vehicle.load(vehicleId),
};
