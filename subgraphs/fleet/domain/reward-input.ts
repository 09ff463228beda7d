import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';

import { redeemableAtMost, redeemableStep } from './rewards.ts';

export const redeemReward = z.object({
  points: z
    .int()
    .min(redeemableStep, `Must be at least ${redeemableStep} points.`)
    .max(redeemableAtMost, `Must be at most ${redeemableAtMost} points.`)
    .multipleOf(redeemableStep, `Must be a multiple of ${redeemableStep} points.`),
  idempotencyKey,
});
export type RedeemReward = z.infer<typeof redeemReward>;
