import { createHash } from 'node:crypto';
import { Migration } from '@mikro-orm/migrations';
import { refuse } from '../errors/errors.ts';
import type { EntityManager, NamedMigration } from './database-types.ts';
import { query } from './query.ts';
import { findCipher } from './sealed-column.ts';
import { sql } from './sql.ts';
import type { Transaction } from './transaction.ts';

/** A call of a mutation that takes effect once, even if it is sent several times. */
export interface KeyedCall {
  readonly accountId: string;
  readonly mutation: string;
  /** Without a key, each call takes effect. */
  readonly key: string | null | undefined;
  /** Calls with the same key must have the same input. Must not contain secrets, because its hash is stored. */
  readonly input: object;
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The stored outcome of a call: nothing, the id of the created record, or the whole payload. */
// biome-ignore lint/suspicious/noConfusingVoidType: a change without a result is a function that returns nothing
export type Outcome = Json | void;

/** The outcome is `json`, because `jsonb` refuses NUL and lone surrogates, which an outcome may contain. */
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

/** Creates the table of keyed calls. Every subgraph has it. */
export const idempotencyMigration: NamedMigration = { name: '0000-keyed-call', class: CreateKeyedCall };

/** Old keys are found by their age: see `sharedRetention`. */
class IndexKeyedCallAge extends Migration {
  up(): void {
    this.addSql('create index keyed_call_created_at on keyed_call (created_at)');
  }
}

export const keyedCallAgeMigration: NamedMigration = { name: '0000-keyed-call-age', class: IndexKeyedCallAge };

/**
 * Runs a change once per account and key, in the transaction of the change. A refused call does not use up its key. If two
 * calls with the same key run at once, the second waits for the first.
 * @returns the outcome of this call, or of the first one with the same key and input
 * @throws Refusal IDEMPOTENCY_KEY_REUSED if an earlier call with this key had another input or mutation
 */
export async function once<O extends Outcome>(
  { em, allowRepeat }: Pick<Transaction, 'em' | 'allowRepeat'>,
  { accountId, mutation, key, input }: KeyedCall,
  run: () => Promise<O>,
): Promise<O> {
  if (key == null) return run();
  allowRepeat();
  const { fingerprint, earlier } = fingerprintOf(em, mutation, input);
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
  if (!first || (first.fingerprint !== fingerprint && first.fingerprint !== earlier)) {
    refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'This key was used with a different input before. Use a new key.',
      'idempotencyKey',
    );
  }
  return first.outcome;
}

/** Like `once`, for a change of one record. A repeated call returns the current record. */
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

/**
 * A hash of the input that does not depend on the order of its fields. It is keyed in subgraphs with sealed columns, so that nobody guesses
 * their personal data from it. `earlier` is that of earlier releases, whose calls may be repeated, too.
 */
function fingerprintOf(em: EntityManager, mutation: string, input: object) {
  const sorted = JSON.stringify(input, (name, value: unknown) => {
    if (name === 'idempotencyKey' || name === 'dryRun') return undefined;
    const isRecord = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isRecord
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value;
  });
  const text = `${mutation}\n${sorted}`;
  const earlier = createHash('sha256').update(text).digest('hex');
  return { fingerprint: findCipher(em)?.indexOf(text, 'keyed call') ?? earlier, earlier };
}
