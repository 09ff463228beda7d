import { z } from 'zod';
import { parseEnvironment } from '#shared/config.ts';
import type { SignInLimits } from './domain/sign-in-limits.ts';

const count = z.coerce.number().int().min(1).max(1_000_000);
const environment = z.object({
  SIGN_IN_TRIES: count.default(5),
  SIGN_IN_TRIES_PER_ADDRESS: count.default(60),
  SIGN_IN_WINDOW_SECONDS: z.coerce.number().int().min(1).max(86_400).default(900),
});

/** Settings of the access subgraph. */
export interface AccessConfig {
  readonly signIn: SignInLimits;
}

export function readAccessConfig(variables: NodeJS.ProcessEnv = process.env): AccessConfig {
  const parsed = parseEnvironment(environment, variables);
  return {
    signIn: {
      triesPerAccount: parsed.SIGN_IN_TRIES,
      triesPerAddress: parsed.SIGN_IN_TRIES_PER_ADDRESS,
      windowSeconds: parsed.SIGN_IN_WINDOW_SECONDS,
    },
  };
}
