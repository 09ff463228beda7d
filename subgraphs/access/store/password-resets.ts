import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { secretHash } from '../domain/refresh-token.ts';
import { type Account, AccountEntity } from '../entities.ts';
import { type AuditContext, recordAudit } from './audit.ts';
import { endSessionsOf } from './sessions.ts';

/** Notes the token that resets the password of an account, in place of an earlier one. */
export async function noteReset(
  em: EntityManager,
  accountId: string,
  { token, expiresAt }: { readonly token: string; readonly expiresAt: Date },
  audit: AuditContext,
): Promise<void> {
  await query(
    em,
    sql`insert into password_reset (account_id, token_hash, expires_at)
      values (${accountId}, ${secretHash(token)}, ${expiresAt})
      on conflict (account_id) do update set token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
  );
  recordAudit(em, audit, 'PASSWORD_RESET_REQUESTED', { kind: 'Account', id: accountId });
}

/** Finds the open account whose password a token resets. @param lock true: it stays so until the commit */
export async function accountOfReset(
  em: EntityManager,
  token: string,
  now: Date,
  lock = false,
): Promise<Account | null> {
  const [reset] = await query<{ accountId: string }>(
    em,
    sql`select account_id as "accountId" from password_reset where token_hash = ${secretHash(token)} and expires_at > ${now}`,
  );
  if (!reset) return null;
  const lockMode = lock ? LockMode.PESSIMISTIC_WRITE : LockMode.NONE;
  return em.findOne(AccountEntity, { id: reset.accountId, deactivatedAt: null }, { lockMode });
}

/**
 * Replaces the password of the account to which a token belongs, and ends its sessions. The token is then used up.
 * @returns undefined if the token is not valid any more
 */
export async function resetPassword(
  em: EntityManager,
  token: string,
  newHash: string,
  audit: AuditContext,
): Promise<Account | undefined> {
  const account = await accountOfReset(em, token, audit.at, true);
  if (!account) return undefined;
  const used = await query(
    em,
    sql`delete from password_reset where account_id = ${account.id} and token_hash = ${secretHash(token)}
      returning account_id`,
  );
  if (used.length === 0) return undefined;
  await query(em, sql`update account set password_hash = ${newHash} where id = ${account.id}`);
  recordAudit(em, { ...audit, actorId: account.id }, 'PASSWORD_RESET', { kind: 'Account', id: account.id });
  await endSessionsOf(em, account.id, audit.at);
  return account;
}

/** Forgets the token of an account, because its password has changed in another way. */
export async function forgetReset(em: EntityManager, accountId: string): Promise<void> {
  await query(em, sql`delete from password_reset where account_id = ${accountId}`);
}
