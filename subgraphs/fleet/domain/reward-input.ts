import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';

import { maxRedeemable, redeemableStep } from './rewards.ts';

export const redeemReward = z.object({
  points: z
    .int()
    .min(redeemableStep, `Must be at least ${redeemableStep} points.`)
    .max(maxRedeemable, `Must be at most ${maxRedeemable} points.`)
    .multipleOf(redeemableStep, `Must be a multiple of ${redeemableStep} points.`),
  idempotencyKey,
});
export type RedeemReward = z.infer<typeof redeemReward>;
