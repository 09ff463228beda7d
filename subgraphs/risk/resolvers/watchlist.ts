import type { Transaction } from '#shared/database/transaction.ts';
import { fieldsOf } from '#shared/graphql/columns.ts';
import { mutation } from '#shared/graphql/mutation.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import { addWatchlistEntryInput, removeWatchlistEntryInput } from '../domain/inputs.ts';
import { type WatchlistEntry as Entry, WatchlistEntryEntity } from '../entities.ts';
import { addEntry, removeEntry, type WatchlistChange } from '../store/watchlist.ts';
import { pageOfWatchlist, type WatchlistFilter } from '../store/watchlist-list.ts';

export const watchlistQueries = {
  watchlist: (
    _parent: unknown,
    { filter, ...page }: PageArguments & { readonly filter?: WatchlistFilter | null },
    { em, columns }: RiskContext,
  ) => pageOfWatchlist(em, filter ?? {}, page, columns('WatchlistEntry')),
};

const outcomeOf = ({ entry, reassessed }: WatchlistChange) => ({ entryId: entry.id, reassessed });

async function payload(
  { entryId, reassessed }: ReturnType<typeof outcomeOf>,
  { transaction: { em } }: { transaction: Transaction },
) {
  return { entry: await em.findOneOrFail(WatchlistEntryEntity, entryId), reassessedShipments: reassessed };
}

export const watchlistMutations = {
  addWatchlistEntry: mutation({
    parse: addWatchlistEntryInput,
    change: async ({ transaction, caller, input, now }) =>
      outcomeOf(await addEntry(transaction, caller.accountId, input, now)),
    payload,
  }),
  removeWatchlistEntry: mutation({
    parse: removeWatchlistEntryInput,
    change: async ({ transaction, caller, input, now }) =>
      outcomeOf(await removeEntry(transaction, caller.accountId, input, now)),
    payload,
  }),
};

const entryField = fieldsOf<Entry, RiskContext>();
export const WatchlistEntry = {
  __resolveReference: ({ id }: { readonly id: string }, { loaders }: RiskContext) => loaders.watchlistEntry.load(id),
  addedBy: entryField(['addedBy'], ({ addedBy }) => (addedBy ? { id: addedBy } : null)),
  active: entryField(['removedAt'], ({ removedAt }) => !removedAt),
  removedBy: entryField(['removedBy'], ({ removedBy }) => (removedBy ? { id: removedBy } : null)),
};
