import type { GraphQLResolveInfo } from 'graphql';
import type { z } from 'zod';
import type { EntityManager } from '../database/database-types.ts';
import { type KeyedCall, type Outcome, once, recordOnce } from '../database/idempotency.ts';
import type { Transaction } from '../database/transaction.ts';
import { Contested } from '../errors/contested.ts';
import { payloadOf, Refusal, type UserError } from '../errors/errors.ts';
import type { AccountIdentity } from '../identity/identity.ts';
import { parseInput } from '../input/parse-input.ts';
import { type Change, runChange } from './change.ts';
import type { BaseContext } from './context.ts';

/*
 * The frame of mutations: parses the input, runs the change in a transaction, once per idempotency key, and makes the
 * payload, also of a refusal.
 */

/** What a change works with. */
export interface Scope<C extends BaseContext, I> {
  readonly context: C;
  readonly transaction: Transaction;
  readonly caller: AccountIdentity;
  /** The time of the whole change. */
  readonly now: Date;
  readonly input: I;
}

/** Parses the input of a mutation, before its transaction. @throws Refusal */
export type Parse<C extends BaseContext, I> = (input: unknown, context: C, now: Date) => I | Promise<I>;

/** Refuses a change of a record whose latest change this subgraph does not know yet. */
export const notReady: UserError = {
  code: 'NOT_READY',
  field: null,
  message: 'The latest change of this record has not arrived yet. Try again in a moment.',
};

interface Keyed {
  readonly idempotencyKey?: string | null | undefined;
  /** True for a call that makes its change, shows it in the payload, and takes it back. */
  readonly dryRun?: boolean | null | undefined;
}

/** Ends the transaction of a dry run, so that its change and its events are rolled back. */
class DryRun extends Error {
  override name = 'DryRun';
  readonly payload: object;

  constructor(payload: object) {
    super('the change of a dry run is rolled back');
    this.payload = payload;
  }
}

interface Steps<C extends BaseContext, I> {
  /** A schema, or a function where one is not enough. */
  readonly parse: z.ZodType<I> | Parse<C, I>;
  /** Ids of records of other subgraphs whose latest changes this one must know first. */
  readonly after?: (input: I, context: C) => readonly string[] | Promise<readonly string[]>;
  /** Checks what a repeated call must meet, too, in the transaction. */
  readonly allow?: (scope: Scope<C, I>) => Promise<unknown>;
  /** The part of the input that two calls with the same key share: all of it, unless it has secrets. */
  readonly identify?: (input: I) => object;
  /** The field of the payload with the current record after a CONFLICT. */
  readonly record?: string;
}

/** The resolver of a mutation. */
export type MutationResolver<C extends BaseContext> = (
  parent: unknown,
  args: { readonly input: unknown },
  context: C,
  info: Pick<GraphQLResolveInfo, 'fieldName'>,
) => Promise<object>;

/** A mutation whose change has an outcome of JSON, such as ids. `payload` shows it, also for a repeated call. */
export function mutation<C extends BaseContext, I extends Keyed & object, O extends Outcome>(
  steps: Steps<C, I> & {
    readonly change: (scope: Scope<C, I>) => Promise<O>;
    readonly payload: (outcome: O, scope: Scope<C, I>) => object | Promise<object>;
  },
): MutationResolver<C> {
  const { change, payload } = steps;
  return resolver(steps, async (scope, call) =>
    payload(await once(scope.transaction, call, () => change(scope)), scope),
  );
}

/**
 * A mutation of one record, which the payload contains under this name. After a CONFLICT the payload also contains the
 * current record.
 */
export function recordMutation<C extends BaseContext, I extends Keyed & object, R extends { readonly id: string }>(
  record: string,
  steps: Steps<C, I> & {
    readonly change: (scope: Scope<C, I>) => Promise<R>;
    /** Finds the record for a repeated call. Required if the input may have an idempotency key. */
    readonly find?: (em: EntityManager, id: string) => Promise<R>;
  },
): MutationResolver<C> {
  const { change, find } = steps;
  return resolver({ ...steps, record }, async (scope, call) => {
    const { transaction } = scope;
    const changed = find
      ? recordOnce(
          transaction,
          call,
          () => change(scope),
          (id) => find(transaction.em, id),
        )
      : change(scope);
    return { [record]: await changed };
  });
}

function resolver<C extends BaseContext, I extends Keyed & object>(
  { parse, after, allow, identify, record }: Steps<C, I>,
  run: (scope: Scope<C, I>, call: KeyedCall) => Promise<object>,
): MutationResolver<C> {
  const change = async (given: unknown, context: C, mutation: string): Promise<object> => {
    const now = context.clock();
    const input = await (typeof parse === 'function' ? parse(given, context, now) : parseInput(parse, given));
    if (after && !(await context.catchUp(await after(input, context)))) throw new Refusal(notReady);
    const inTransaction: Change<object> = async (transaction, caller) => {
      const scope = { context, transaction, caller, now, input };
      await allow?.(scope);
      const { accountId } = caller;
      const key = input.dryRun ? null : input.idempotencyKey;
      const payload = await run(scope, { accountId, mutation, key, input: identify?.(input) ?? input });
      if (input.dryRun) throw new DryRun(payload);
      return payload;
    };
    return runChange(context, inTransaction, now).catch((error: unknown) => {
      if (error instanceof DryRun) return error.payload;
      if (record !== undefined && error instanceof Contested)
        return { [record]: error.current, userErrors: error.userErrors };
      throw error;
    });
  };
  return (_parent, { input }, context, { fieldName }) => payloadOf(() => change(input, context, fieldName));
}
