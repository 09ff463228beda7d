import { personalRecords, resolvePerson } from '#shared/graphql/personal-data.ts';
import { JsonScalar, scalars } from '#shared/graphql/scalars.ts';
import { moneyOf } from '#shared/input/money.ts';
import type { Subgraph } from '#shared/subgraph.ts';
import type { AnalyticsContext } from '../context.ts';
import { currency } from '../domain/facts.ts';
import { ratio } from '../domain/figures.ts';
import { type DayRange, lastDays } from '../domain/range.ts';
import { executiveSource } from '../loaders.ts';
import { personalLists } from '../store/personal-data.ts';
import { DateScalar } from './date-scalar.ts';
import { executiveResolvers } from './executive.ts';
import { periodOf, requestedRange, requireDays } from './range-input.ts';

interface Reference {
  readonly id: string;
}
interface Days {
  readonly days: number;
}

export const resolvers: Subgraph<AnalyticsContext>['resolvers'] = {
  JSON: JsonScalar,
  ...scalars,
  Date: DateScalar,
  Query: {
    executive: (_parent, { range }: { range?: DayRange | null }, context) =>
      executiveSource(context, requestedRange(range, context.clock())),
  },
  Driver: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    utilization: async ({ id }: Reference, { days }: Days, { loaders, clock }: AnalyticsContext) => {
      requireDays(days);
      const found = await loaders.utilization(days).load(id);
      if (!found) return null;
      const { activeDays, busyDays, deliveries, deliveredOnTime } = found;
      return {
        period: periodOf(lastDays(days, clock()), clock()),
        activeDays,
        busyDays,
        rate: ratio(busyDays, activeDays),
        deliveries,
        onTimeRate: ratio(deliveredOnTime, deliveries),
      };
    },
  },
  Organization: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    performance: async ({ id }: Reference, { days }: Days, { loaders, clock }: AnalyticsContext) => {
      requireDays(days);
      const sums = await loaders.performance(days).load(id);
      if (!sums) return null;
      const { shipmentsDelivered, deliveredOnTime, transitMs, ratings, stars, revenueCents, collectedCents } = sums;
      return {
        ...sums,
        period: periodOf(lastDays(days, clock()), clock()),
        onTimeRate: ratio(deliveredOnTime, shipmentsDelivered),
        meanDeliverySeconds: ratio(transitMs, shipmentsDelivered * 1000),
        invoiced: moneyOf(revenueCents, currency),
        paid: moneyOf(collectedCents, currency),
        meanStars: ratio(stars, ratings),
      };
    },
  },
  ...executiveResolvers,
  PersonalData: {
    __resolveReference: resolvePerson,
    analytics: personalRecords(personalLists),
  },
};
