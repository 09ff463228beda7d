import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Period } from '../domain/period.ts';
import { spanAt } from '../domain/period.ts';
import { emptyTally, levelOf, meanStarsOf, onTimeRateOf, scoreOf } from '../domain/score.ts';
import { type DriverView, viewOfDriver } from '../domain/visibility.ts';
import type { Driver as DriverRow } from '../entities.ts';
import { tallyKey } from '../loaders.ts';
import { located } from './home.ts';

/** Resolves a field for these views only. For other views it is null. */
function shownTo<A, R>(
  views: readonly DriverView[],
  resolve: (driver: DriverRow, args: A, context: FleetContext) => R,
): (driver: DriverRow, args: A, context: FleetContext) => R | null {
  return (driver, args, context) =>
    views.includes(viewOfDriver(context.identity, driver.id)) ? resolve(driver, args, context) : null;
}

const full: readonly DriverView[] = ['FULL'];
const colleagues: readonly DriverView[] = ['FULL', 'COLLEAGUE'];

export const Driver = {
  __resolveReference: ({ id }: { id: string }, { loaders }: FleetContext) => loaders.driver.load(id),
  rating: async ({ id }: DriverRow, _args: unknown, { loaders }: FleetContext) => {
    const tally = (await loaders.tally.load(tallyKey(id, 'ALL_TIME'))) ?? emptyTally;
    return { meanStars: meanStarsOf(tally), count: tally.ratings };
  },
  score: shownTo(colleagues, async ({ id }, { period }: { period: Period }, { loaders, clock }) => {
    const tally = (await loaders.tally.load(tallyKey(id, period))) ?? emptyTally;
    const score = scoreOf(tally);
    return {
      period,
      startsAt: period === 'ALL_TIME' ? null : spanAt(period, clock()).startsAt,
      ...score,
      ...levelOf(score.points),
      deliveries: tally.deliveries,
      onTimeRate: onTimeRateOf(tally),
      meanStars: meanStarsOf(tally),
      incidents: tally.incidents,
    };
  }),
  badges: shownTo(colleagues, ({ id }, _args: unknown, { loaders }) => loaders.badges.load(id)),
  account: shownTo(full, ({ accountId }) => (accountId ? { id: accountId } : null)),
  phone: shownTo(full, ({ phone }) => phone),
  licenseNumber: shownTo(full, ({ licenseNumber }) => licenseNumber),
  licenseClasses: shownTo(full, ({ licenseClasses }) => licenseClasses),
  equipment: shownTo(full, ({ equipment }) => equipment),
  homeBase: shownTo(full, ({ home }) => located(home)),
  usualVehicle: shownTo(full, ({ usualVehicleId }, _args: unknown, { loaders }) =>
    usualVehicleId ? loaders.vehicle.load(usualVehicleId) : null,
  ),
  active: shownTo(full, ({ active }) => active),
  hiredAt: shownTo(full, ({ hiredAt }) => hiredAt),
  version: shownTo(full, ({ version }) => version),
  openShift: shownTo(full, ({ id }, _args: unknown, { loaders }) => loaders.openShift.load(id)),
  shifts: shownTo(full, ({ id }, page: PageArguments, { loaders }) => loaders.shiftsOfDriver(id, page)),
  assignments: shownTo(full, ({ id }, page: PageArguments, { loaders }) => loaders.assignmentsOfDriver(id, page)),
  incidents: shownTo(full, ({ id }, page: PageArguments, { loaders }) => loaders.incidentsOfDriver(id, page)),
  rewards: shownTo(full, async ({ id }, _args: unknown, { loaders }) => {
    const account = await loaders.rewardAccount.load(id);
    return account ?? { driverId: id, balance: 0, earned: 0, forfeited: 0, redeemed: 0 };
  }),
};
