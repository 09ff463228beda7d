import type { FleetContext } from '../context.ts';
import { planRoute, type RouteStop as Stop } from '../domain/route.ts';
import { located } from './home.ts';

export const Shipment = {
  /** Fleet can't tell whether the shipment exists. Its fields are null if there is nothing to see. */
  __resolveReference: ({ id }: { id: string }) => ({ id }),
  assignment: ({ id }: { id: string }, _args: unknown, { loaders }: FleetContext) =>
    loaders.assignmentOfShipment.load(id),
  route: async ({ id }: { id: string }, _args: unknown, { loaders }: FleetContext) => {
    const load = await loaders.load.load(id);
    return load && planRoute(load.stops, load.distanceMeters, load.pickupFrom);
  },
};

export const RouteStop = {
  hubCode: ({ place }: Stop) => place.hubCode,
  city: ({ place }: Stop) => place.city,
  region: ({ place }: Stop) => place.region,
  country: ({ place }: Stop) => place.country,
  location: ({ place }: Stop) => located(place).location,
  timeZone: ({ place }: Stop) => place.timeZone,
};
