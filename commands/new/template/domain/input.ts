import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';

/** Rules for the input of createSampleRecord beyond the types of the SDL. */
export const createSampleRecordInput = z.object({ idempotencyKey, name: line(1, 80) });
export type CreateSampleRecord = z.infer<typeof createSampleRecordInput>;
