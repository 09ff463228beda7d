import { createHash } from 'node:crypto';
import { Migration } from '@mikro-orm/migrations';
import { refuse } from '../errors/errors.ts';
import type { NamedMigration } from './database-types.ts';
import { query } from './query.ts';
import { sql } from './sql.ts';
import type { Transaction } from './transaction.ts';

/** One call of a mutation that must happen once, however often it is sent. */
export interface KeyedCall {
  readonly accountId: string;
  readonly mutation: string;
  /** Null where the caller gave none: each call then makes its own change. */
  readonly key: string | null | undefined;
  /** What makes two calls the same. Without secrets: its fingerprint is stored. */
  readonly input: object;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a call is remembered by: nothing, the id of what it made, or all that its answer is made of. */
// biome-ignore lint/suspicious/noConfusingVoidType: a change without a result is a function that returns nothing
export type Outcome = Json | void;

/** `json` keeps any text: `jsonb` refuses NUL and lone surrogates, which an outcome may quote from its input. */
class CreateKeyedCall extends Migration {
  up(): void {
    this.addSql(`create table keyed_call (
        account_id uuid not null,
        key text not null,
        fingerprint text not null,
        outcome json,
        created_at timestamptz not null default now(),
        primary key (account_id, key)
      );`);
  }
}

/** The table in which a subgraph remembers keyed calls; part of every subgraph's migrations. */
export const idempotencyMigration: NamedMigration = { name: '0000-keyed-call', class: CreateKeyedCall };

/**
 * Runs a change once per key of an account, in its own transaction: refused calls leave the key free, and of two at once
 * the second waits for the first.
 * @returns the outcome of this call, or of the first one with the same key and input
 * @throws Refusal IDEMPOTENCY_KEY_REUSED where the key came with another input or mutation before
 */
export async function once<O extends Outcome>(
  { em, allowRepeat }: Pick<Transaction, 'em' | 'allowRepeat'>,
  { accountId, mutation, key, input }: KeyedCall,
  run: () => Promise<O>,
): Promise<O> {
  if (key == null) return run();
  allowRepeat();
  const fingerprint = fingerprintOf(mutation, input);
  const claimed = await query(
    em,
    sql`insert into keyed_call (account_id, key, fingerprint) values (${accountId}, ${key}, ${fingerprint})
      on conflict do nothing returning key`,
  );
  if (claimed.length === 1) {
    const outcome = await run();
    const stored = JSON.stringify(outcome) ?? null;
    await query(
      em,
      sql`update keyed_call set outcome = ${stored}::json where account_id = ${accountId} and key = ${key}`,
    );
    return outcome;
  }
  const [first] = await query<{ fingerprint: string; outcome: O }>(
    em,
    sql`select fingerprint, outcome from keyed_call where account_id = ${accountId} and key = ${key}`,
  );
  if (first?.fingerprint !== fingerprint) {
    refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'This key was used with a different input before. Use a new key.',
      'idempotencyKey',
    );
  }
  return first.outcome;
}

/** As `once`, for a change that makes or changes a record: a repeated key answers with the record as it stands now. */
export async function recordOnce<R extends { readonly id: string }>(
  transaction: Pick<Transaction, 'em' | 'allowRepeat'>,
  call: KeyedCall,
  run: () => Promise<R>,
  find: (id: string) => Promise<R>,
): Promise<R> {
  let record: R | undefined;
  const id = await once(transaction, call, async () => {
    record = await run();
    return record.id;
  });
  return record ?? find(id);
}

/** Equal for equal inputs, whatever the order of their fields. */
function fingerprintOf(mutation: string, input: object): string {
  const sorted = JSON.stringify(input, (name, value: unknown) => {
    if (name === 'idempotencyKey') return undefined;
    const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isRecord
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  });
  return createHash('sha256').update(`${mutation}\n${sorted}`).digest('hex');
}
