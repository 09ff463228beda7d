import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { RefreshToken } from '../domain/refresh-token.ts';
import type { Account } from '../entities.ts';
import { type AuditContext, recordAudit } from './audit.ts';
import { beginSession } from './sessions.ts';

/** Begins a session for an account whose password was right. */
export async function recordSignIn(em: EntityManager, account: Account, audit: AuditContext): Promise<RefreshToken> {
  recordAudit(em, { ...audit, actorId: account.id }, 'SIGNED_IN', { kind: 'Account', id: account.id });
  return beginSession(em, account.id, audit.at);
}

/** Days for which the audit keeps failed sign-ins. The limit is needed because every client can cause them. */
const daysOfFailures = 90;

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
  const oldest = new Date(audit.at.getTime() - daysOfFailures * 86_400_000);
  await query(
    em,
    sql`delete from audit_entry where id in (
      select id from audit_entry where action = 'SIGN_IN_FAILED' and at < ${oldest} order by at limit 100 for update skip locked)`,
  );
}
