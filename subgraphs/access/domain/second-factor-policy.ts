import type { Role } from '#shared/vocabulary.ts';

/**
 * `required`: staff can do nothing before they have enrolled a second factor, and sensitive changes need a recent code of
 * everybody. `optional`: sensitive changes need one of accounts that have enrolled.
 */
export type SecondFactorPolicy = 'required' | 'optional';

const rolesThatNeedIt: readonly Role[] = ['ADMIN', 'DISPATCHER', 'ANALYST'];

/** True if an account with these roles needs a second factor before it may do anything else. */
export function needsSecondFactor(policy: SecondFactorPolicy, roles: readonly Role[]): boolean {
  return policy === 'required' && roles.some((role) => rolesThatNeedIt.includes(role));
}
