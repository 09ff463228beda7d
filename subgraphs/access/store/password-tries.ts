import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { GraphError } from '#shared/errors/errors.ts';
import type { SignInLimits } from '../domain/sign-in-limits.ts';

/** An attempt to sign in: the account and the network of the client. */
export interface PasswordTry {
  readonly email: string;
  readonly network: string;
}

/**
 * Counts sign-in attempts in the table `password_try`, which all processes share. Known and unknown e-mail addresses are
 * counted in the same way.
 */
export interface PasswordTries {
  /**
   * Counts an attempt before its password is checked, so that concurrent attempts are all counted.
   * @returns `last` is true if this is the last attempt that the limits allow
   * @throws GraphError RATE_LIMITED with the seconds until the next attempt is allowed
   */
  begin(attempt: PasswordTry): Promise<{ readonly last: boolean }>;
  /** Resets the attempts for an account from this network, after a success. */
  forget(attempt: PasswordTry): Promise<void>;
  /** Deletes some counts whose window is over. */
  prune(): Promise<void>;
}

export async function passwordTries(em: EntityManager, limits: SignInLimits): Promise<PasswordTries> {
  const counter = await tryCounter(em, limits.windowSeconds);
  const ofNetwork = counter('network', limits.triesPerAddress);
  const ofAccount = counter('account', limits.triesPerAccount);
  return {
    async begin(attempt) {
      await consume(ofNetwork, attempt.network, 'to sign in');
      const { remainingPoints } = await consume(ofAccount, accountKey(attempt), 'to sign in');
      return { last: remainingPoints === 0 };
    },
    forget: async (attempt) => void (await ofAccount.delete(accountKey(attempt))),
    async prune() {
      await query(
        em,
        sql`delete from password_try where key in (
          select key from password_try where expire < ${Date.now()} order by expire limit 100 for update skip locked)`,
      );
    },
  };
}

/** Makes counters of attempts within a window of time, in the table `password_try`. */
export async function tryCounter(em: EntityManager, windowSeconds: number) {
  const shared = {
    storeClient: await em.getConnection().getNativeClient(),
    storeType: 'pool',
    tableName: 'password_try',
    tableCreated: true,
    clearExpiredByTimeout: false, // its timer would outlive the database: see `prune`
    duration: windowSeconds,
  };
  return (keyPrefix: string, points: number) => new RateLimiterPostgres({ ...shared, keyPrefix, points });
}

/** Counts an attempt. @param what the attempt, for the message @throws GraphError RATE_LIMITED */
export async function consume(limiter: RateLimiterPostgres, key: string, what: string): Promise<RateLimiterRes> {
  try {
    return await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw new GraphError('RATE_LIMITED', `Too many attempts ${what}. Try again in ${retryAfterSeconds} seconds.`, {
      retryAfterSeconds,
    });
  }
}

/** The key is hashed, because people enter passwords into the field for the e-mail address by mistake. */
export function accountKey({ email, network }: PasswordTry): string {
  return createHash('sha256')
    .update(JSON.stringify([email, network]))
    .digest('base64url');
}
