import { addDays, type Day, dayOf, daysBetween } from './day.ts';

/** Days from the first to the last, both included; empty where the last lies before the first. */
export interface DayRange {
  readonly from: Day;
  readonly until: Day;
}

/** Five years, leap days included. */
export const longestRange = 1_827;
export const defaultDays = 30;

/** How many days a range has. */
export function lengthOf({ from, until }: DayRange): number {
  return Math.max(0, daysBetween(from, until) + 1);
}

/** The last `days` days up to and including today. */
export function lastDays(days: number, now: Date): DayRange {
  const until = dayOf(now);
  return { from: addDays(until, 1 - days), until };
}

/** What of a range lies behind us, today included: figures are of these days only. */
export function elapsed({ from, until }: DayRange, now: Date): DayRange {
  const today = dayOf(now);
  return { from, until: until < today ? until : today };
}

/** As many days as the range has, directly before it. */
export function previous(range: DayRange): DayRange {
  return { from: addDays(range.from, -lengthOf(range)), until: addDays(range.from, -1) };
}

/** January 1 through this day. */
export function yearToDate(day: Day): DayRange {
  return { from: `${day.slice(0, 4)}-01-01` as Day, until: day };
}
