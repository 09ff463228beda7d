import { z } from 'zod';
import { parseArgument } from './parse-input.ts';

/** A span of time, as in the input type `TimeRange`: at or after `from`, before `until`. */
export const timeRange = z
  .object({ from: z.date().nullish(), until: z.date().nullish() })
  .refine(({ from, until }) => !from || !until || from < until, {
    path: ['until'],
    message: 'Must be after `from`.',
  });

export type TimeRange = z.infer<typeof timeRange>;

/** Parses a span of time of a query. @throws GraphError BAD_USER_INPUT if it ends before it begins */
export function parseTimeRange(name: string, value: unknown): TimeRange {
  return parseArgument(timeRange, name, value ?? {});
}
