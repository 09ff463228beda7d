import { z } from 'zod';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';

import { redeemableAtMost, redeemableStep } from './rewards.ts';

export const redeemReward = z.object({
  points: z
    .int()
    .min(redeemableStep, `At least ${redeemableStep} points are required.`)
    .max(redeemableAtMost, `At most ${redeemableAtMost} points are allowed.`)
    .multipleOf(redeemableStep, `A multiple of ${redeemableStep} points is required.`),
  idempotencyKey,
});
export type RedeemReward = z.infer<typeof redeemReward>;
