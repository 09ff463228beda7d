import { fieldsOf } from '#shared/graphql/columns.ts';
import { moneyOf } from '#shared/input/money.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import { rewardCurrency, worthCents } from '../domain/rewards.ts';
import type { RewardAccount as AccountRow, RewardEntry as EntryRow } from '../entities.ts';

const accountField = fieldsOf<AccountRow, FleetContext>();
export const RewardAccount = {
  balancePoints: accountField(['balance'], ({ balance }) => balance),
  worth: accountField(['balance'], ({ balance }) => moneyOf(worthCents(balance), rewardCurrency)),
  earnedPoints: accountField(['earned'], ({ earned }) => earned),
  forfeitedPoints: accountField(['forfeited'], ({ forfeited }) => forfeited),
  redeemedPoints: accountField(['redeemed'], ({ redeemed }) => redeemed),
  entries: accountField(['driverId'], ({ driverId }, page: PageArguments, { loaders }) =>
    loaders.rewardEntriesOfDriver(driverId, page),
  ),
};

const entryField = fieldsOf<EntryRow, FleetContext>();
export const RewardEntry = {
  amount: entryField(['amountCents'], ({ amountCents }) =>
    amountCents == null ? null : moneyOf(amountCents, rewardCurrency),
  ),
};
