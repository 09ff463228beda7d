import { type Rules, withRole, withScope } from '#shared/graphql/authorization.ts';

/** The permissions of the SDL's @requiresScopes. A redemption also requires the role DRIVER. */
export const rules: Rules = {
  Query: {
    driver: withScope('fleet:read'),
    drivers: withScope('fleet:read'),
    vehicle: withScope('fleet:read'),
    vehicles: withScope('fleet:read'),
    assignment: withScope('fleet:read'),
    assignments: withScope('fleet:read'),
    recommendDrivers: withScope('fleet:assign'),
    recommendations: withScope('fleet:assign'),
    leaderboard: withScope('fleet:read'),
  },
  Mutation: {
    registerDriver: withScope('fleet:write'),
    updateDriver: withScope('fleet:write'),
    deactivateDriver: withScope('fleet:write'),
    registerVehicle: withScope('fleet:write'),
    updateVehicle: withScope('fleet:write'),
    retireVehicle: withScope('fleet:write'),
    startShift: withScope('shipments:advance'),
    endShift: withScope('shipments:advance'),
    assignShipment: withScope('fleet:assign'),
    assignBest: withScope('fleet:assign'),
    unassignShipment: withScope('fleet:assign'),
    reportIncident: withScope('fleet:write'),
    redeemReward: withRole('DRIVER'),
  },
  Subscription: {
    leaderboardChanged: withScope('fleet:read'),
  },
};
