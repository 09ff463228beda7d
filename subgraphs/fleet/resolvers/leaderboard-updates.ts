import type { Conflation } from '#shared/live/backlog.ts';
import { filterMap, startWith } from '#shared/live/iterators.ts';
import { type Period, type Span, spanAt } from '../domain/period.ts';
import type { LeaderboardChange } from '../store/scores.ts';

/** A message: the current board (`change` is null), or one change of it. */
export interface LeaderboardUpdate {
  readonly board: Span;
  readonly change: LeaderboardChange | null;
}

/**
 * Changes of a driver that wait for a slow reader become one. The oldest waits, because it has the points before all of
 * them. The entry and the leaders are read only when the message is sent, so they contain all changes.
 */
export const joinedChanges: Conflation<LeaderboardChange> = {
  keys: 1_000,
  keyOf: ({ driverId, startsAt }) => `${driverId} ${startsAt}`,
  supersedes: () => false,
};

/** Sends the current board first, then its changes. */
export function leaderboardUpdates(
  changes: AsyncIterableIterator<LeaderboardChange>,
  period: Period,
  clock: () => Date,
): AsyncIterableIterator<LeaderboardUpdate> {
  const updates = filterMap(changes, (change): LeaderboardUpdate | undefined => {
    const board = spanAt(period, clock());
    // A late event may change the board of a past week. Subscribers watch only the current one.
    return change.startsAt === board.startsAt.toISOString() ? { board, change } : undefined;
  });
  return startWith<LeaderboardUpdate>({ board: spanAt(period, clock()), change: null }, updates);
}
