import type { AuditOrigin } from '../audit/fact.ts';
import type { Transaction } from '../database/transaction.ts';
import { type AccountIdentity, apiKeyIdOf } from '../identity/identity.ts';
import { accountOf, type BaseContext } from './context.ts';

/** A change that runs in a transaction. `now` is the time of the whole change. */
export type Change<R> = (transaction: Transaction, caller: AccountIdentity, now: Date) => Promise<R>;

/** Runs a mutation in a transaction. @throws Refusal, Contested */
export async function runChange<R>(context: BaseContext, run: Change<R>, now = context.clock()): Promise<R> {
  const caller = accountOf(context);
  try {
    return await context.transact((transaction) => run(transaction, caller, now));
  } finally {
    context.forget();
  }
}

/** The account and the request of a change, for domain events and audit entries. */
export function originOf(
  { requestId, clientRequestId, clientAddress }: BaseContext,
  identity: AccountIdentity,
): AuditOrigin & { readonly actorId: string } {
  const { accountId: actorId } = identity;
  return { actorId, apiKeyId: apiKeyIdOf(identity), requestId, clientRequestId, clientAddress };
}
