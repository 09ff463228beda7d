import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { Account } from '../entities.ts';
import { findAccount } from './accounts.ts';
import { requireActor, requireActorForUpdate } from './actor.ts';
import { type AccountAudit, recordAudit } from './audit.ts';
import { forgetReset } from './password-resets.ts';
import { endSessionsOf } from './sessions.ts';

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

/** Ends sessions of the actor, or of another account if the actor has access:write. @throws Refusal NOT_FOUND */
export async function endSessions(
  em: EntityManager,
  accountId: string,
  audit: AccountAudit,
  keptSessionId: string | undefined,
): Promise<{ account: Account; endedSessions: number }> {
  const isOwn = accountId === audit.actorId;
  const actor = await requireActor(em, audit.actorId, isOwn ? undefined : 'access:write');
  const account = isOwn ? actor : await findAccount(em, accountId);
  if (!account) refuse('NOT_FOUND', 'There is no account with this id.', 'accountId');
  recordAudit(em, audit, 'SESSIONS_ENDED', { kind: 'Account', id: account.id });
  return { account, endedSessions: await endSessionsOf(em, account.id, audit.at, keptSessionId) };
}
