import { once } from '#shared/database/idempotency.ts';
import { payloadOf } from '#shared/errors/errors.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import type { PageArguments } from '#shared/pages/connection.ts';
import type { RiskContext } from '../context.ts';
import { addWatchlistEntryInput, removeWatchlistEntryInput } from '../domain/inputs.ts';
import { type WatchlistEntry as Entry, WatchlistEntryEntity } from '../entities.ts';
import {
  addEntry,
  pageOfWatchlist,
  removeEntry,
  type WatchlistChange,
  type WatchlistFilter,
} from '../store/watchlist.ts';

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
  return payloadOf(async () => {
    const { accountId } = accountOf(context);
    const wanted = parseInput(addWatchlistEntryInput, input);
    const call = { accountId, mutation: 'addWatchlistEntry', key: wanted.idempotencyKey, input: wanted };
    const { entryId, reassessed } = await context.transact((transaction) =>
      once(transaction, call, async () => {
        const change = await addEntry(transaction, accountId, wanted, context.clock());
        return { entryId: change.entry.id, reassessed: change.reassessed };
      }),
    );
    return payload({ entry: await context.em.findOneOrFail(WatchlistEntryEntity, entryId), reassessed });
  });
}

function removeWatchlistEntry(_root: unknown, { input }: Input, context: RiskContext) {
  return payloadOf(async () => {
    const { accountId } = accountOf(context);
    const wanted = parseInput(removeWatchlistEntryInput, input);
    return payload(
      await context.transact((transaction) => removeEntry(transaction, accountId, wanted, context.clock())),
    );
  });
}

export const watchlistMutations = { addWatchlistEntry, removeWatchlistEntry };

export const WatchlistEntry = {
  __resolveReference: ({ id }: { readonly id: string }, { loaders }: RiskContext) => loaders.watchlistEntry.load(id),
  addedBy: ({ addedBy }: Entry) => (addedBy ? { id: addedBy } : null),
  active: ({ removedAt }: Entry) => !removedAt,
  removedBy: ({ removedBy }: Entry) => (removedBy ? { id: removedBy } : null),
};
