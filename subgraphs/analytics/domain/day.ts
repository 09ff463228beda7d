/** A calendar day in UTC as YYYY-MM-DD. Days compare as texts. This file makes them, with casts of texts that have the form. */
export type Day = string & { readonly __day: true };

const dayMs = 86_400_000;
const pattern = /^\d{4}-\d{2}-\d{2}$/;
const utcInstant = /^\d{4}-\d{2}-\d{2}T.*Z$/;
/** Days outside of these are refused as mistakes. PostgreSQL has no year 0. */
export const earliestDay = '2000-01-01' as Day;
export const latestDay = '2199-12-31' as Day;

/** The UTC day of an instant. */
export function dayOf(instant: Date | string | number): Day {
  // Events have UTC times, and the seed reads a whole history of them: the text alone is faster.
  if (typeof instant === 'string' && utcInstant.test(instant)) return instant.slice(0, 10) as Day;
  return new Date(instant).toISOString().slice(0, 10) as Day;
}

/** Parses a calendar day between 2000 and 2199. Undefined for any other text, such as 2026-02-29. */
export function parseDay(text: string): Day | undefined {
  if (!pattern.test(text) || text < earliestDay || text > latestDay) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) || dayOf(time) !== text ? undefined : (text as Day);
}

export function addDays(day: Day, count: number): Day {
  return dayOf(Date.parse(day) + count * dayMs);
}

/** Number of days from one day to another. Negative if the second day is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** Every day from the first to the last, both included. Empty if the last is before the first. */
export function daysOf(first: Day, last: Day): Day[] {
  return Array.from({ length: Math.max(0, daysBetween(first, last) + 1) }, (_, index) => addDays(first, index));
}
