import { filterMap, startWith } from '#shared/live/iterators.ts';
import { type Period, type Span, spanAt } from '../domain/period.ts';
import type { LeaderboardChange } from '../store/scores.ts';

/** What a message tells: the board as it stands (no change), or one change of it. */
export interface LeaderboardUpdate {
  readonly board: Span;
  readonly change: LeaderboardChange | null;
}

/** The board first, then its changes. */
export function leaderboardUpdates(
  changes: AsyncIterableIterator<LeaderboardChange>,
  period: Period,
  clock: () => Date,
): AsyncIterableIterator<LeaderboardUpdate> {
  const updates = filterMap(changes, (change): LeaderboardUpdate | undefined => {
    const board = spanAt(period, clock());
    // Late news about a past week changes a board that nobody watches.
    return change.startsAt === board.startsAt.toISOString() ? { board, change } : undefined;
  });
  return startWith<LeaderboardUpdate>({ board: spanAt(period, clock()), change: null }, updates);
}
