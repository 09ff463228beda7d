import { type BoundColumn, placeIn } from '#shared/database/bound-column.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { TextPlace, TextSealer } from '#shared/identity/sealed-text.ts';
import { newTotpSecret } from '../domain/one-time-code.ts';
import { newRecoveryCodes, recoveryHash } from '../domain/recovery-codes.ts';

/** The state of an account's second factor, without its secret. */
export interface SecondFactorState {
  readonly accountId: string;
  readonly confirmedAt: Date;
  readonly recoveryCodesLeft: number;
}

export const factorSecret: BoundColumn = { table: 'second_factor', column: 'secret', key: 'account_id' };

export function placeOf(accountId: string): TextPlace {
  return placeIn(factorSecret, accountId);
}

/** The confirmed factors of these accounts. */
export async function readFactors(em: EntityManager, accountIds: readonly string[]): Promise<SecondFactorState[]> {
  const rows = await query<Omit<SecondFactorState, 'confirmedAt'> & { readonly confirmedMs: number }>(
    em,
    sql`select t.account_id as "accountId", (extract(epoch from t.confirmed_at) * 1000)::float8 as "confirmedMs",
        (select count(*)::int from recovery_code r where r.account_id = t.account_id and r.used_at is null) as "recoveryCodesLeft"
      from second_factor t where t.account_id = any(${[...accountIds]}::uuid[]) and t.confirmed_at is not null`,
  );
  return rows.map(({ confirmedMs, ...row }) => ({ ...row, confirmedAt: new Date(confirmedMs) }));
}

export async function hasFactor(em: EntityManager, accountId: string): Promise<boolean> {
  const found = await query(
    em,
    sql`select 1 as found from second_factor where account_id = ${accountId} and confirmed_at is not null`,
  );
  return found.length > 0;
}

/**
 * Begins an enrolment, in place of one that was not confirmed.
 * @returns the secret; undefined if the account already has a second factor
 */
export async function enrol(
  em: EntityManager,
  accountId: string,
  sealer: TextSealer,
  now: Date,
): Promise<string | undefined> {
  const secret = newTotpSecret();
  const sealed = sealer.seal(secret, placeOf(accountId));
  const written = await query(
    em,
    sql`insert into second_factor as t (account_id, secret, created_at) values (${accountId}, ${sealed}, ${now})
      on conflict (account_id) do update
        set secret = excluded.secret, created_at = excluded.created_at, last_step = 0, failures = 0, blocked_until = null
        where t.confirmed_at is null
      returning account_id`,
  );
  return written.length > 0 ? secret : undefined;
}

/** Confirms the factor. From now on it is needed to sign in. @returns its recovery codes */
export async function confirm(em: EntityManager, accountId: string, now: Date): Promise<string[]> {
  await query(em, sql`update second_factor set confirmed_at = ${now} where account_id = ${accountId}`);
  return replaceRecoveryCodes(em, accountId);
}

/** Makes new recovery codes, in place of the former ones. */
export async function replaceRecoveryCodes(em: EntityManager, accountId: string): Promise<string[]> {
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => recoveryHash(accountId, code));
  await query(em, sql`delete from recovery_code where account_id = ${accountId}`);
  await query(
    em,
    sql`insert into recovery_code (account_id, hash) select ${accountId}::uuid, unnest(${hashes}::text[])`,
  );
  return codes;
}

/** Removes the factor with its recovery codes. @returns false if the account has none */
export async function removeFactor(em: EntityManager, accountId: string): Promise<boolean> {
  const removed = await query<{ isConfirmed: boolean }>(
    em,
    sql`delete from second_factor where account_id = ${accountId} returning confirmed_at is not null as "isConfirmed"`,
  );
  return removed.some(({ isConfirmed }) => isConfirmed);
}
