import { GraphError } from '#shared/errors/errors.ts';
import { type DayRange, defaultDays, elapsed, lastDays, lengthOf, maxRangeDays } from '../domain/range.ts';

/** Checks the range of an executive view. The default is the last 30 days. @throws GraphError BAD_USER_INPUT */
export function requestedRange(range: DayRange | null | undefined, now: Date): DayRange {
  if (!range) return lastDays(defaultDays, now);
  const { from, until } = range;
  if (until < from) {
    throw new GraphError('BAD_USER_INPUT', `"until" must not be before "from"; got ${from} to ${until}.`);
  }
  if (lengthOf(range) > maxRangeDays) {
    throw new GraphError('BAD_USER_INPUT', `A range may have at most ${maxRangeDays} days; got ${lengthOf(range)}.`);
  }
  return { from, until };
}

const maxDays = 366;

/** Checks the `days` of a contributed field. @throws GraphError BAD_USER_INPUT */
export function requireDays(days: number): number {
  if (days >= 1 && days <= maxDays) return days;
  throw new GraphError('BAD_USER_INPUT', `"days" must be from 1 to ${maxDays}; got ${days}.`);
}

/** The fields of DayPeriod. */
export function periodOf(requested: DayRange, now: Date) {
  return { ...requested, days: lengthOf(requested), elapsedDays: lengthOf(elapsed(requested, now)) };
}
