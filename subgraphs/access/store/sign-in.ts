import type { EntityManager } from '#shared/database/database.ts';
import type { RefreshToken } from '../domain/refresh-token.ts';
import type { Account } from '../entities.ts';
import { type AuditContext, deleteExpiredRecords, recordAudit } from './audit.ts';
import { beginSession, type NewSession } from './sessions.ts';

/** Begins a session for an account that has signed in. */
export async function recordSignIn(
  em: EntityManager,
  account: Account,
  audit: AuditContext,
  session: NewSession,
): Promise<RefreshToken> {
  recordAudit(em, { ...audit, actorId: account.id }, 'SIGNED_IN', { kind: 'Account', id: account.id });
  return beginSession(em, account.id, audit.at, session);
}

/** Records a failed sign-in, and a lock after the last allowed attempt. Also deletes some entries that are too old. */
export async function recordFailure(
  em: EntityManager,
  account: Account | null,
  audit: AuditContext,
  locked: boolean,
): Promise<void> {
  const target = account && { kind: 'Account' as const, id: account.id };
  recordAudit(em, audit, 'SIGN_IN_FAILED', target);
  if (locked) recordAudit(em, audit, 'SIGN_IN_LOCKED', target);
  await deleteExpiredRecords(em);
}
