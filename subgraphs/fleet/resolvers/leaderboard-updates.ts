import { type Period, type Span, spanAt } from '../domain/period.ts';
import type { LeaderboardChange } from '../store/scores.ts';

/** What a message tells: the board as it stands (no change), or one change of it. */
export interface LeaderboardUpdate {
  readonly board: Span;
  readonly change: LeaderboardChange | null;
}

/**
 * The board first, then its changes. An async generator would not do: its `return()` waits for the change it is waiting
 * for, so the topic of a quiet board would never be left.
 */
export function leaderboardUpdates(
  changes: AsyncIterableIterator<LeaderboardChange>,
  period: Period,
  clock: () => Date,
): AsyncIterableIterator<LeaderboardUpdate> {
  let begun = false;
  return {
    async next() {
      if (!begun) {
        begun = true;
        return { value: { board: spanAt(period, clock()), change: null }, done: false };
      }
      for (;;) {
        const { value: change, done } = await changes.next();
        if (done) return { value: undefined, done };
        const board = spanAt(period, clock());
        // Late news about a past week changes a board that nobody watches.
        if (change.startsAt === board.startsAt.toISOString()) return { value: { board, change }, done: false };
      }
    },
    async return() {
      begun = true;
      await changes.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
