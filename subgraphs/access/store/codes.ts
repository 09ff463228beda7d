import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { TextSealer } from '#shared/identity/sealed-text.ts';
import { delaySeconds } from '../domain/code-delay.ts';
import { matchingStep } from '../domain/one-time-code.ts';
import { plainCode, recoveryHash } from '../domain/recovery-codes.ts';
import { type AuditContext, recordAudit } from './audit.ts';
import { placeOf } from './second-factors.ts';

interface LockedFactor {
  readonly secret: string;
  readonly lastStep: number;
  readonly failures: number;
  /** Seconds until the next code may be tried; null or negative if now. */
  readonly waitSeconds: number | null;
}

/** What became of a code. It must be committed, also if the code was wrong, and is therefore not an exception. */
export type CodeOutcome =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'wrong' }
  /** Not compared, because too many wrong codes came before it. */
  | { readonly kind: 'delayed'; readonly seconds: number }
  /** The account has no second factor in this state. */
  | { readonly kind: 'missing' };

/** A code, and the account that gave it. */
export interface GivenCode {
  readonly accountId: string;
  /** From the authenticator app, or a recovery code. */
  readonly code: string;
  /** True for the first code of a factor that is not confirmed yet. */
  readonly isFirst?: boolean;
}

/**
 * Compares a code with the second factor of an account. The row is locked, so that a code counts once and wrong codes at the same
 * time are all counted: over every session, challenge and address.
 */
export async function tryCode(
  em: EntityManager,
  { accountId, code, isFirst = false }: GivenCode,
  sealer: TextSealer,
  audit: AuditContext,
): Promise<CodeOutcome> {
  const factor = await lockFactor(em, accountId, isFirst, audit.at);
  if (!factor) return { kind: 'missing' };
  const { waitSeconds } = factor;
  if (waitSeconds !== null && waitSeconds > 0) return { kind: 'delayed', seconds: waitSeconds };
  const plain = plainCode(code);
  const isAccepted = /^\d{6}$/.test(plain)
    ? await useStep(em, accountId, factor, plain, sealer, audit.at)
    : await useRecoveryCode(em, accountId, plain, audit);
  if (isAccepted) return { kind: 'accepted' };
  await countFailure(em, accountId, factor.failures + 1, audit);
  return { kind: 'wrong' };
}

async function lockFactor(
  em: EntityManager,
  accountId: string,
  isFirst: boolean,
  at: Date,
): Promise<LockedFactor | undefined> {
  const [factor] = await query<LockedFactor>(
    em,
    sql`select secret, last_step::float8 as "lastStep", failures,
        ceil(extract(epoch from blocked_until - ${at}::timestamptz))::int as "waitSeconds"
      from second_factor where account_id = ${accountId} and (confirmed_at is null) = ${isFirst} for update`,
  );
  return factor;
}

/** Accepts a code of a step after the last used one. A secret under an older key is sealed again. */
async function useStep(
  em: EntityManager,
  accountId: string,
  { secret: sealed, lastStep }: LockedFactor,
  code: string,
  sealer: TextSealer,
  at: Date,
): Promise<boolean> {
  const secret = sealer.open(sealed, placeOf(accountId));
  const step = matchingStep(secret, code, at);
  if (step === undefined || step <= lastStep) return false;
  const kept = sealer.isOutdated(sealed) ? sealer.seal(secret, placeOf(accountId)) : sealed;
  await query(
    em,
    sql`update second_factor set last_step = ${step}, secret = ${kept}, failures = 0, blocked_until = null
      where account_id = ${accountId}`,
  );
  return true;
}

async function useRecoveryCode(
  em: EntityManager,
  accountId: string,
  code: string,
  audit: AuditContext,
): Promise<boolean> {
  const used = await query(
    em,
    sql`update recovery_code set used_at = ${audit.at}
      where account_id = ${accountId} and hash = ${recoveryHash(accountId, code)} and used_at is null returning hash`,
  );
  if (used.length === 0) return false;
  await query(em, sql`update second_factor set failures = 0, blocked_until = null where account_id = ${accountId}`);
  recordAudit(em, { ...audit, actorId: accountId }, 'RECOVERY_CODE_USED', { kind: 'Account', id: accountId });
  return true;
}

async function countFailure(
  em: EntityManager,
  accountId: string,
  failures: number,
  audit: AuditContext,
): Promise<void> {
  const seconds = delaySeconds(failures);
  const blockedUntil = seconds > 0 ? new Date(audit.at.getTime() + seconds * 1000) : null;
  await query(
    em,
    sql`update second_factor set failures = ${failures}, blocked_until = ${blockedUntil} where account_id = ${accountId}`,
  );
  const target = { kind: 'Account', id: accountId } as const;
  recordAudit(em, audit, 'SECOND_FACTOR_FAILED', target);
  if (seconds > 0) recordAudit(em, audit, 'SECOND_FACTOR_LOCKED', target);
}
