import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { revocationMs } from '#shared/identity/access-snapshot.ts';
import { isUuid, newId, toId } from '#shared/ids.ts';
import { isLive, newSecret, type RefreshToken, secretFits, secretHash } from '../domain/refresh-token.ts';
import { type Account, type Session, SessionEntity } from '../entities.ts';
import { findAccount } from './accounts.ts';
import { type AuditContext, recordAudit } from './audit.ts';
import { endChallengesOf } from './challenges.ts';

/** Maximum number of sessions of one account. Beyond it the least recently used sessions end. */
const sessionsPerAccount = 100;

/** What is known of the client of a session. */
export type SessionClient = Pick<Session, 'clientNetwork' | 'clientName'>;

export interface NewSession extends SessionClient {
  /** The time of the code with which the account signed in; null if it gave none. */
  readonly codeAt: Date | null;
}

/**
 * Begins a session and returns its first refresh token. Also deletes ended sessions of the account, once their last access token
 * has expired: until then the access snapshot names them.
 */
export async function beginSession(
  em: EntityManager,
  accountId: string,
  now: Date,
  given: NewSession,
): Promise<RefreshToken> {
  const session = { sessionId: newId(now.getTime()), secret: newSecret() };
  await query(
    em,
    sql`delete from session where account_id = ${accountId} and revoked_at < ${new Date(now.getTime() - revocationMs)}`,
  );
  await query(
    em,
    sql`update session set revoked_at = ${now} where revoked_at is null and id in (
      select id from session where account_id = ${accountId} and revoked_at is null
      order by refreshed_at desc offset ${sessionsPerAccount - 1})`,
  );
  em.create(SessionEntity, {
    id: session.sessionId,
    accountId,
    tokenHash: secretHash(session.secret),
    createdAt: now,
    refreshedAt: now,
    revokedAt: null,
    ...given,
  });
  await em.flush();
  return session;
}

export type Refreshed =
  | {
      readonly outcome: 'refreshed';
      readonly account: Account;
      readonly token: RefreshToken;
      /** When the account gave the last code in this session. */
      readonly codeAt: Date | null;
    }
  | { readonly outcome: 'reused'; readonly accountId: string }
  | { readonly outcome: 'refused' };

/**
 * Exchanges a token for the next one of its session. The row is locked, so that the second of two equal tokens counts as
 * reuse. Reuse ends the session, which must be committed. It is therefore an outcome and not an exception.
 */
export async function rotateToken(
  em: EntityManager,
  token: RefreshToken,
  client: SessionClient,
  audit: AuditContext,
): Promise<Refreshed> {
  const session = await lockedSession(em, token.sessionId);
  if (!session || !isLive(session, audit.at)) return { outcome: 'refused' };
  if (!secretFits(token.secret, session.tokenHash)) {
    session.revokedAt = audit.at;
    recordAudit(em, audit, 'SESSION_TOKEN_REUSED', { kind: 'Account', id: session.accountId });
    return { outcome: 'reused', accountId: session.accountId };
  }
  const account = await findAccount(em, session.accountId);
  if (!account || account.deactivatedAt) return { outcome: 'refused' };
  const secret = newSecret();
  Object.assign(session, client, { tokenHash: secretHash(secret), refreshedAt: audit.at });
  return { outcome: 'refreshed', account, token: { sessionId: session.id, secret }, codeAt: session.codeAt ?? null };
}

/**
 * Ends the session of a token if it is the newest one. Other tokens change nothing.
 * @returns the id of the account whose session ended, else null
 */
export async function endSession(em: EntityManager, token: RefreshToken, audit: AuditContext): Promise<string | null> {
  const session = await lockedSession(em, token.sessionId);
  if (!session || session.revokedAt || !secretFits(token.secret, session.tokenHash)) return null;
  const { accountId } = session;
  session.revokedAt = audit.at;
  recordAudit(em, { ...audit, actorId: accountId }, 'SIGNED_OUT', { kind: 'Account', id: accountId });
  return accountId;
}

/** Notes that the account has just given a code in this session. */
export async function noteCode(em: EntityManager, sessionId: string, now: Date): Promise<void> {
  await query(em, sql`update session set code_at = ${now} where id = ${sessionId} and revoked_at is null`);
}

/**
 * Ends the sessions of an account except the kept one, and its sign-ins that wait for a code.
 * @returns the number of live sessions among them
 */
export async function endSessionsOf(
  em: EntityManager,
  accountId: string,
  now: Date,
  keptSessionId?: string,
): Promise<number> {
  await endChallengesOf(em, accountId);
  const ended = await em.find(
    SessionEntity,
    { accountId, revokedAt: null, ...(keptSessionId !== undefined && { id: { $ne: keptSessionId } }) },
    { lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { id: 'asc' } },
  );
  const live = ended.filter((session) => isLive(session, now)).length;
  for (const session of ended) session.revokedAt = now;
  return live;
}

/** Ends one live session of an account. @returns false if the account has no such session */
export async function endOneSession(
  em: EntityManager,
  { accountId, sessionId }: { readonly accountId: string; readonly sessionId: string },
  now: Date,
): Promise<boolean> {
  const session = isUuid(sessionId) ? await lockedSession(em, toId(sessionId)) : null;
  if (session?.accountId !== accountId || !isLive(session, now)) return false;
  session.revokedAt = now;
  return true;
}

async function lockedSession(em: EntityManager, id: string): Promise<Session | null> {
  return em.findOne(SessionEntity, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
}
