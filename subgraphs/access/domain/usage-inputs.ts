import { z } from 'zod';
import { id } from '#shared/input/id.ts';

/** Days for which figures are kept, today included. */
export const keptDays = 92;

const count = z.number().int().min(0);
const documentId = z.string().max(64).nullish();

export const recordUsageInput = z.object({
  gatewayId: z.uuid(),
  sequence: z.number().int().min(1),
  sums: z
    .array(
      z.object({
        day: z.date(),
        ownerId: z.uuid(),
        apiKeyId: z.uuid().nullish(),
        documentId,
        points: count,
        requests: count,
        refusals: count,
      }),
    )
    .max(100_000),
});
export type RecordUsage = z.infer<typeof recordUsageInput>;

export const usageArguments = z.object({
  by: z.enum(['DAY', 'KEY', 'DOCUMENT']),
  days: z.number().int().min(1, 'Must be at least 1.').max(keptDays, `Must be at most ${keptDays}.`),
  document: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'Must be a SHA-256 in hexadecimal.')
    .nullish(),
  key: id.nullish(),
});
export type UsageArguments = z.infer<typeof usageArguments>;
