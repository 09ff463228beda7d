import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { FleetContext } from '../context.ts';
import { driverIdOf, personalLists } from '../store/personal-data.ts';
import { BestAssignment } from './assign-best.ts';
import { Assignment, SafetyIncident, Shift, ShiftPayload } from './assignment.ts';
import { Driver } from './driver.ts';
import { Leaderboard, LeaderboardEntry, LeaderboardUpdate, leaderboardChanged } from './leaderboard.ts';
import { Mutation } from './mutation.ts';
import { DriverRecommendation, Query } from './query.ts';
import { RewardAccount, RewardEntry } from './rewards.ts';
import { RouteStop, Shipment } from './shipment.ts';
import { Vehicle } from './vehicle.ts';

/** All resolvers, in the order of the SDL. */
export const resolvers: Subgraph<FleetContext>['resolvers'] = {
  JSON: JsonScalar,
  ...scalars,
  Query,
  Mutation,
  Subscription: { leaderboardChanged },
  Driver,
  Vehicle,
  Shift,
  ShiftPayload,
  Assignment,
  RouteStop,
  DriverRecommendation,
  BestAssignment,
  Leaderboard,
  LeaderboardEntry,
  LeaderboardUpdate,
  SafetyIncident,
  RewardAccount,
  RewardEntry,
  Shipment,
  PersonalData: {
    __resolveReference: resolvePerson,
    driverId: ({ id }: { id: string }, _args: unknown, { em }: FleetContext) => driverIdOf(em, id),
    fleet: personalRecords(personalLists),
  },
};
