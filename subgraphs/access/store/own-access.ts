import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { Account } from '../entities.ts';
import { findAccount } from './accounts.ts';
import { requireActor, requireActorForUpdate } from './actor.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { forgetReset } from './password-resets.ts';
import { endOneSession, endSessionsOf } from './sessions.ts';

/**
 * Replaces the password that the account had when it was read, and ends its other sessions.
 * @returns the number of ended sessions; undefined if the password has changed since the read
 */
export async function changePassword(
  em: EntityManager,
  { id, passwordHash }: Account,
  newHash: string,
  audit: AccountAudit,
  sessionId: string | undefined,
): Promise<number | undefined> {
  const account = await requireActorForUpdate(em, id);
  const changed = await query(
    em,
    sql`update account set password_hash = ${newHash} where id = ${account.id} and password_hash = ${passwordHash} returning id`,
  );
  if (changed.length === 0) return undefined;
  recordAudit(em, audit, 'PASSWORD_CHANGED', { kind: 'Account', id });
  await forgetReset(em, id);
  return endSessionsOf(em, id, audit.at, sessionId);
}

interface EndedSessions {
  /** The only session that ends; undefined for all. */
  readonly only: string | undefined;
  /** The session that does not end with all. */
  readonly kept: string | undefined;
}

/** Ends sessions of the actor, or of another account if the actor has access:write. @throws Refusal NOT_FOUND */
export async function endSessions(
  em: EntityManager,
  accountId: string,
  audit: AccountAudit,
  { only, kept }: EndedSessions,
): Promise<{ account: Account; endedSessions: number }> {
  const isOwn = accountId === audit.actorId;
  const actor = await requireActor(em, audit.actorId, isOwn ? undefined : 'access:write');
  const account = isOwn ? actor : await findAccount(em, accountId);
  if (!account) refuse('NOT_FOUND', 'There is no account with this id.', 'accountId');
  recordAudit(em, audit, 'SESSIONS_ENDED', { kind: 'Account', id: account.id });
  if (only === undefined) return { account, endedSessions: await endSessionsOf(em, account.id, audit.at, kept) };
  if (!(await endOneSession(em, { accountId: account.id, sessionId: only }, audit.at))) {
    refuse('NOT_FOUND', 'The account is not signed in with this session. Read its sessions again.', 'sessionId');
  }
  return { account, endedSessions: 1 };
}
