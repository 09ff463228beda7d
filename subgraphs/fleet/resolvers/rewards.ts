import { moneyOf } from '#shared/input/money.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { FleetContext } from '../context.ts';
import { rewardCurrency, worthCents } from '../domain/rewards.ts';
import type { RewardAccount as AccountRow, RewardEntry as EntryRow } from '../entities.ts';

export const RewardAccount = {
  balancePoints: ({ balance }: AccountRow) => balance,
  worth: ({ balance }: AccountRow) => moneyOf(worthCents(balance), rewardCurrency),
  earnedPoints: ({ earned }: AccountRow) => earned,
  forfeitedPoints: ({ forfeited }: AccountRow) => forfeited,
  redeemedPoints: ({ redeemed }: AccountRow) => redeemed,
  entries: ({ driverId }: AccountRow, page: PageArguments, { loaders }: FleetContext) =>
    loaders.rewardEntriesOfDriver(driverId, page),
};

export const RewardEntry = {
  amount: ({ amountCents }: EntryRow) => (amountCents == null ? null : moneyOf(amountCents, rewardCurrency)),
};
