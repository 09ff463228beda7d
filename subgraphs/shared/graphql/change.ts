import type { KeyedCall } from '../database/idempotency.ts';
import type { Transaction } from '../database/transaction.ts';
import { Contested } from '../errors/contested.ts';
import { payloadOf, type UserError } from '../errors/errors.ts';
import type { ChangeOrigin } from '../events/topics.ts';
import type { AccountIdentity } from '../identity/identity.ts';
import { accountOf, type BaseContext } from './context.ts';

/** What a mutation does within its transaction. `now` is the moment of the whole change. */
export type Change<R> = (transaction: Transaction, caller: AccountIdentity, now: Date) => Promise<R>;

/** The payload of a mutation that changes one record. */
export type ChangePayload<K extends string> = { readonly [key in K]?: object } & {
  readonly userErrors: readonly UserError[];
};

/**
 * Runs a mutation of one record in a transaction and shapes its payload: the record by its name, or the refusals; beside
 * a refusal of a contested record the record as it stands.
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
  return payload as ChangePayload<K>; // a computed name widens to any text
}

/** Runs a mutation in a transaction. @throws Refusal, Contested */
export async function runChange<R>(context: BaseContext, run: Change<R>): Promise<R> {
  const { transact, clock, em } = context;
  try {
    return await transact((transaction) => run(transaction, accountOf(context), clock()));
  } finally {
    // Drops entities that the request read before the change.
    em.clear();
  }
}

/** The call of a mutation by its idempotency key. */
export function keyedCall<I extends { readonly idempotencyKey?: string | null | undefined }>(
  { accountId }: AccountIdentity,
  mutation: string,
  input: I,
): KeyedCall {
  return { accountId, mutation, key: input.idempotencyKey, input };
}

/** Who makes a change, and in which request: for domain events and audit entries. */
export function originOf(
  { requestId, clientRequestId, clientAddress }: BaseContext,
  { accountId }: AccountIdentity,
): ChangeOrigin {
  return { actorId: accountId, requestId, clientRequestId, clientAddress };
}
