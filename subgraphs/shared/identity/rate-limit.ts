import { z } from 'zod';
import { parseJson } from '../input/parse-json.ts';

/** Header in which a gateway tells the access subgraph what the caller may spend, if the operation asks for it. */
export const rateLimitHeader = 'x-freight-rate-limit';

const rateLimit = z.object({
  /** Points of a full bucket. */
  limit: z.number(),
  /** Highest price of the operation. */
  cost: z.number(),
  remaining: z.number(),
  used: z.number(),
  /** When the bucket is full again. */
  resetAt: z.iso.datetime().transform((text) => new Date(text)),
});
/** What a caller may spend, after the price of its operation was taken. */
export type RateLimit = z.output<typeof rateLimit>;

/** Writes the header. */
export function rateLimitText(given: RateLimit): string {
  return JSON.stringify(given);
}

/** Reads the header; null if there is none, or if it is malformed. */
export function parseRateLimit(header: unknown): RateLimit | null {
  return typeof header === 'string' ? (rateLimit.safeParse(parseJson(header)).data ?? null) : null;
}
