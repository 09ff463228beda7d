import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { line } from '#shared/input/text.ts';

/** What createSampleRecord accepts, beyond what the types of the SDL say. */
export const createSampleRecordInput = z.object({ idempotencyKey, name: line(1, 80) });
export type CreateSampleRecord = z.infer<typeof createSampleRecordInput>;
