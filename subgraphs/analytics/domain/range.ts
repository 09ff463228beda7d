import { addDays, type Day, dayOf, daysBetween } from './day.ts';

/** Days from the first to the last, both included. Empty if the last is before the first. */
export interface DayRange {
  readonly from: Day;
  readonly until: Day;
}

/** Five years, leap days included. */
export const maxRangeDays = 1_827;
export const defaultDays = 30;

/** Number of days in a range. */
export function lengthOf({ from, until }: DayRange): number {
  return Math.max(0, daysBetween(from, until) + 1);
}

/** The last `days` days up to and including today. */
export function lastDays(days: number, now: Date): DayRange {
  const until = dayOf(now);
  return { from: addDays(until, 1 - days), until };
}

/** The elapsed part of a range, today included. Figures cover these days only. */
export function elapsed({ from, until }: DayRange, now: Date): DayRange {
  const today = dayOf(now);
  return { from, until: until < today ? until : today };
}

/** The range of the same length that ends directly before this one. */
export function previous(range: DayRange): DayRange {
  return { from: addDays(range.from, -lengthOf(range)), until: addDays(range.from, -1) };
}

/** January 1 through this day. */
export function yearToDate(day: Day): DayRange {
  return { from: `${day.slice(0, 4)}-01-01` as Day, until: day }; // every year has this day
}
