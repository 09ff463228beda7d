import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';

const name = z
  .string()
  .trim()
  .regex(/^\P{Cc}{1,80}$/u, 'A name of 1 to 80 characters without control characters is required.')
  .refine((text) => text.isWellFormed(), 'A name of whole Unicode characters is required.');

/** What createSampleRecord accepts, beyond what the types of the SDL say. */
export const createSampleRecordInput = z.object({ idempotencyKey, name });
export type CreateSampleRecord = z.infer<typeof createSampleRecordInput>;
