import { once } from '#shared/database/idempotency.ts';
import { payloadOf } from '#shared/errors/errors.ts';
import { keyedCall, runChange } from '#shared/graphql/change.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import { addWatchlistEntryInput, removeWatchlistEntryInput } from '../domain/inputs.ts';
import { type WatchlistEntry as Entry, WatchlistEntryEntity } from '../entities.ts';
import { addEntry, removeEntry, type WatchlistChange } from '../store/watchlist.ts';
import { pageOfWatchlist, type WatchlistFilter } from '../store/watchlist-list.ts';

type Input = { readonly input: unknown };

export const watchlistQueries = {
  watchlist: (
    _root: unknown,
    { filter, ...page }: PageArguments & { readonly filter?: WatchlistFilter | null },
    { em }: RiskContext,
  ) => pageOfWatchlist(em, filter ?? {}, page),
};

const payload = ({ entry, reassessed }: WatchlistChange) => ({ entry, reassessedShipments: reassessed });

function addWatchlistEntry(_root: unknown, { input }: Input, context: RiskContext) {
  return payloadOf(() =>
    runChange(context, async (transaction, caller, now) => {
      const wanted = parseInput(addWatchlistEntryInput, input);
      const call = keyedCall(caller, 'addWatchlistEntry', wanted);
      const { entryId, reassessed } = await once(transaction, call, async () => {
        const change = await addEntry(transaction, caller.accountId, wanted, now);
        return { entryId: change.entry.id, reassessed: change.reassessed };
      });
      return payload({ entry: await transaction.em.findOneOrFail(WatchlistEntryEntity, entryId), reassessed });
    }),
  );
}

function removeWatchlistEntry(_root: unknown, { input }: Input, context: RiskContext) {
  return payloadOf(() =>
    runChange(context, async (transaction, { accountId }, now) =>
      payload(await removeEntry(transaction, accountId, parseInput(removeWatchlistEntryInput, input), now)),
    ),
  );
}

export const watchlistMutations = { addWatchlistEntry, removeWatchlistEntry };

export const WatchlistEntry = {
  __resolveReference: ({ id }: { readonly id: string }, { loaders }: RiskContext) => loaders.watchlistEntry.load(id),
  addedBy: ({ addedBy }: Entry) => (addedBy ? { id: addedBy } : null),
  active: ({ removedAt }: Entry) => !removedAt,
  removedBy: ({ removedBy }: Entry) => (removedBy ? { id: removedBy } : null),
};
