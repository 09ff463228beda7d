import type { KeyedCall } from '../database/idempotency.ts';
import type { Transaction } from '../database/transaction.ts';
import { Contested } from '../errors/contested.ts';
import { payloadOf, type UserError } from '../errors/errors.ts';
import type { ChangeOrigin } from '../events/topics.ts';
import type { AccountIdentity } from '../identity/identity.ts';
import { accountOf, type BaseContext } from './context.ts';

/** A change that runs in a transaction. `now` is the time of the whole change. */
export type Change<R> = (transaction: Transaction, caller: AccountIdentity, now: Date) => Promise<R>;

/** The payload of a mutation that changes one record. */
export type ChangePayload<K extends string> = { readonly [key in K]?: object } & {
  readonly userErrors: readonly UserError[];
};

/**
 * Runs a mutation of one record in a transaction and returns its payload: the record by its name, or the refusals. After a
 * CONFLICT the payload also contains the current record.
 */
export async function changeRecord<K extends string>(
  context: BaseContext,
  name: K,
  run: Change<object>,
): Promise<ChangePayload<K>> {
  const payload = await payloadOf<object>(async () => {
    try {
      return { [name]: await runChange(context, run) };
    } catch (error) {
      if (error instanceof Contested) return { [name]: error.current, userErrors: error.userErrors };
      throw error;
    }
  });
  return payload as ChangePayload<K>; // TypeScript widens a computed name to string
}

/** Runs a mutation in a transaction. @throws Refusal, Contested */
export async function runChange<R>(context: BaseContext, run: Change<R>, now = context.clock()): Promise<R> {
  const caller = accountOf(context);
  try {
    return await context.transact((transaction) => run(transaction, caller, now));
  } finally {
    context.forget();
  }
}

/** The keyed call of a mutation, with the idempotency key of its input. */
export function keyedCall<I extends { readonly idempotencyKey?: string | null | undefined }>(
  { accountId }: AccountIdentity,
  mutation: string,
  input: I,
): KeyedCall {
  return { accountId, mutation, key: input.idempotencyKey, input };
}

/** The account and the request of a change, for domain events and audit entries. */
export function originOf(
  { requestId, clientRequestId, clientAddress }: BaseContext,
  { accountId }: AccountIdentity,
): ChangeOrigin {
  return { actorId: accountId, requestId, clientRequestId, clientAddress };
}
