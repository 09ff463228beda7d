import { z } from 'zod';
import { id } from '#shared/input/id.ts';

/** Six digits, or a recovery code. */
const code = z.string().max(40);

export const codeInput = z.object({ code });
export const answerChallengeInput = z.object({ id, code });
export const resetSecondFactorInput = z.object({ accountId: id });
