import type { EntityManager } from '#shared/database/database.ts';
import { GraphError, refuse } from '#shared/errors/errors.ts';
import { runChange } from '#shared/graphql/change.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { type AccessContext, auditOf } from '../context.ts';
import type { Account } from '../entities.ts';
import { requireActorForUpdate } from '../store/actor.ts';
import type { AccountAudit } from '../store/audit.ts';
import { type CodeOutcome, type GivenCode, tryCode } from '../store/codes.ts';

/** A change that a right code permits, in the transaction in which the code is used up. */
export type ChangeWithCode<T> = (em: EntityManager, account: Account, audit: AccountAudit) => Promise<T>;

type Tried<T> = { readonly outcome: CodeOutcome } | { readonly outcome: CodeOutcome; readonly value: T };

/**
 * Runs a change of the caller if the code is right. A wrong code is counted and committed.
 * @throws GraphError RATE_LIMITED; Refusal INVALID_CODE, INVALID_STATE
 */
export async function changeWithCode<T>(
  context: AccessContext,
  given: Omit<GivenCode, 'accountId'>,
  change: ChangeWithCode<T>,
): Promise<T> {
  const { accountId } = accountOf(context);
  const result = await runChange(context, async ({ em }, caller, now): Promise<Tried<T>> => {
    const audit = auditOf(context, caller, now);
    const account = await requireActorForUpdate(em, accountId);
    const outcome = await tryCode(em, { accountId, ...given }, context.sealer, audit);
    return outcome.kind === 'accepted' ? { outcome, value: await change(em, account, audit) } : { outcome };
  });
  if ('value' in result) return result.value;
  return refuseCode(context, accountId, result.outcome);
}

/** Refuses a code that was not accepted. @throws GraphError RATE_LIMITED; Refusal INVALID_CODE, INVALID_STATE */
export function refuseCode(context: AccessContext, accountId: string, outcome: CodeOutcome): never {
  switch (outcome.kind) {
    case 'delayed': {
      context.report(context, 'second_factor_delayed', accountId);
      const { seconds: retryAfterSeconds } = outcome;
      throw new GraphError('RATE_LIMITED', `Too many wrong codes. Try again in ${retryAfterSeconds} seconds.`, {
        retryAfterSeconds,
      });
    }
    case 'missing':
      return refuse('INVALID_STATE', 'This account has no second factor to which a code can belong. Enrol one.');
    default:
      context.report(context, 'second_factor_failed', accountId);
      return refuse('INVALID_CODE', 'This code is wrong or was used before. Give the next one.', 'code');
  }
}
