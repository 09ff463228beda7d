import { fieldsOf } from '#shared/graphql/columns.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import type { Period } from '../domain/period.ts';
import { spanAt } from '../domain/period.ts';
import { emptyTally, levelOf, meanStarsOf, onTimeRateOf, scoreOf } from '../domain/score.ts';
import { type DriverView, viewOfDriver } from '../domain/visibility.ts';
import type { Driver as DriverRow } from '../entities.ts';
import { tallyKey } from '../loaders.ts';
import { located } from './home.ts';

const driverField = fieldsOf<DriverRow, FleetContext>();

/** Resolves a field for these views only. For other views it is null. */
function shownTo<const K extends keyof DriverRow & string, A, R>(
  views: readonly DriverView[],
  columns: readonly K[],
  resolve: (driver: Pick<DriverRow, K | 'id'>, args: A, context: FleetContext) => R,
) {
  return driverField<K | 'id', R | null, A>(['id', ...columns], (driver, args, context) =>
    views.includes(viewOfDriver(context.identity, driver.id)) ? resolve(driver, args, context) : null,
  );
}

const full: readonly DriverView[] = ['FULL'];
const colleagues: readonly DriverView[] = ['FULL', 'COLLEAGUE'];

export const Driver = {
  __resolveReference: ({ id }: { id: string }, { loaders }: FleetContext) => loaders.driver.load(id),
  rating: driverField(['id'], async ({ id }, _args, { loaders }) => {
    const tally = (await loaders.tally.load(tallyKey(id, 'ALL_TIME'))) ?? emptyTally;
    return { meanStars: meanStarsOf(tally), count: tally.ratings };
  }),
  score: shownTo(colleagues, ['id'], async ({ id }, { period }: { period: Period }, { loaders, clock }) => {
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
  badges: shownTo(colleagues, ['id'], ({ id }, _args, { loaders }) => loaders.badges.load(id)),
  account: shownTo(full, ['accountId'], ({ accountId }) => (accountId ? { id: accountId } : null)),
  phone: shownTo(full, ['phone'], ({ phone }) => phone),
  licenseNumber: shownTo(full, ['licenseNumber'], ({ licenseNumber }) => licenseNumber),
  licenseClasses: shownTo(full, ['licenseClasses'], ({ licenseClasses }) => licenseClasses),
  equipment: shownTo(full, ['equipment'], ({ equipment }) => equipment),
  homeBase: shownTo(full, ['home'], ({ home }) => located(home)),
  usualVehicle: shownTo(full, ['usualVehicleId'], ({ usualVehicleId }, _args, { loaders }) =>
    usualVehicleId ? loaders.vehicle.load(usualVehicleId) : null,
  ),
  active: shownTo(full, ['active'], ({ active }) => active),
  hiredAt: shownTo(full, ['hiredAt'], ({ hiredAt }) => hiredAt),
  version: shownTo(full, ['version'], ({ version }) => version),
  openShift: shownTo(full, ['id'], ({ id }, _args, { loaders }) => loaders.openShift.load(id)),
  shifts: shownTo(full, ['id'], ({ id }, page: PageArguments, { loaders }) => loaders.shiftsOfDriver(id, page)),
  assignments: shownTo(full, ['id'], ({ id }, page: PageArguments, { loaders }) =>
    loaders.assignmentsOfDriver(id, page),
  ),
  incidents: shownTo(full, ['id'], ({ id }, page: PageArguments, { loaders }) => loaders.incidentsOfDriver(id, page)),
  rewards: shownTo(full, ['id'], async ({ id }, _args, { loaders }) => {
    const account = await loaders.rewardAccount.load(id);
    return account ?? { driverId: id, balance: 0, earned: 0, forfeited: 0, redeemed: 0 };
  }),
};
