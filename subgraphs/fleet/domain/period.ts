/** Periods of a leaderboard. */
export const periods = ['WEEKLY', 'MONTHLY', 'ALL_TIME'] as const;
export type Period = (typeof periods)[number];

const dayMs = 86_400_000;

/** [startsAt, endsAt) in UTC. The all-time span starts with Unix time and never ends. */
export interface Span {
  readonly period: Period;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
}

/** The span of a period that contains a moment: its ISO 8601 week (from Monday), its calendar month, or all time. */
export function spanAt(period: Period, at: Date): Span {
  if (period === 'WEEKLY') {
    const startsAt = weekOf(at);
    return { period, startsAt, endsAt: new Date(startsAt.getTime() + 7 * dayMs) };
  }
  if (period === 'MONTHLY') {
    const [year, month] = [at.getUTCFullYear(), at.getUTCMonth()];
    return { period, startsAt: new Date(Date.UTC(year, month, 1)), endsAt: new Date(Date.UTC(year, month + 1, 1)) };
  }
  return { period, startsAt: new Date(0), endsAt: null };
}

/** Monday 00:00 UTC of the moment's week. */
export function weekOf(at: Date): Date {
  const midnight = Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate());
  const sinceMonday = (at.getUTCDay() + 6) % 7;
  return new Date(midnight - sinceMonday * dayMs);
}

/** Mondays of the last `count` weeks, oldest first, ending with the week of `at`. */
export function weeksUpTo(at: Date, count: number): Date[] {
  const last = weekOf(at).getTime();
  return Array.from({ length: count }, (_, index) => new Date(last - (count - 1 - index) * 7 * dayMs));
}
