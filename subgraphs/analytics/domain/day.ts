/** A calendar day in UTC as YYYY-MM-DD: days compare as texts do. */
export type Day = string & { readonly __day: true };

const dayMs = 86_400_000;
const pattern = /^\d{4}-\d{2}-\d{2}$/;
const utcInstant = /^\d{4}-\d{2}-\d{2}T.*Z$/;
/** What is asked for outside of these is a slip, and PostgreSQL knows no year 0. */
export const earliestDay = '2000-01-01' as Day;
export const latestDay = '2199-12-31' as Day;

/** The UTC day in which an instant lies. */
export function dayOf(instant: Date | string | number): Day {
  // Events tell UTC; a whole history of them is read here.
  if (typeof instant === 'string' && utcInstant.test(instant)) return instant.slice(0, 10) as Day;
  return new Date(instant).toISOString().slice(0, 10) as Day;
}

/** A day of the calendar between 2000 and 2199; undefined for any other text, the 29th of February 2026 among them. */
export function parseDay(text: string): Day | undefined {
  if (!pattern.test(text) || text < earliestDay || text > latestDay) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) || dayOf(time) !== text ? undefined : (text as Day);
}

export function addDays(day: Day, count: number): Day {
  return dayOf(Date.parse(day) + count * dayMs);
}

/** Whole days from one to the other; 0 for the same day, negative backwards. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs);
}

/** Every day from the first to the last, both included; none where the last lies before the first. */
export function daysOf(first: Day, last: Day): Day[] {
  return Array.from({ length: Math.max(0, daysBetween(first, last) + 1) }, (_, index) => addDays(first, index));
}
