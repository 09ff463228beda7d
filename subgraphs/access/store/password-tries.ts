import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { keyedHashOf } from '#shared/database/sealed-column.ts';
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
      await ofNetwork.consume(attempt.network, 'to sign in');
      return { last: (await ofAccount.consume(accountKey(attempt), 'to sign in')) === 0 };
    },
    forget: (attempt) => ofAccount.forget(accountKey(attempt)),
    async prune() {
      await query(
        em,
        sql`delete from password_try where key in (
          select key from password_try where expire < ${Date.now()} order by expire limit 100 for update skip locked)`,
      );
    },
  };
}

/** Counts attempts within a window of time. */
export interface TryCounter {
  /** Counts an attempt. @param what the attempt, for the message @returns attempts that are left @throws GraphError RATE_LIMITED */
  consume(key: string, what: string): Promise<number>;
  forget(key: string): Promise<void>;
}

/**
 * Makes counters in the table `password_try`. Their keys are stored as keyed hashes: networks and addresses are personal data, and people
 * enter passwords into the field for the e-mail address by mistake.
 */
export async function tryCounter(em: EntityManager, windowSeconds: number) {
  const shared = {
    storeClient: await em.getConnection().getNativeClient(),
    storeType: 'pool',
    tableName: 'password_try',
    tableCreated: true,
    clearExpiredByTimeout: false, // its timer would outlive the database: see `prune`
    duration: windowSeconds,
  };
  const hashOf = (key: string) => keyedHashOf(em, key, 'password try');
  return (keyPrefix: string, points: number): TryCounter => {
    const limiter = new RateLimiterPostgres({ ...shared, keyPrefix, points });
    return {
      consume: (key, what) => consume(limiter, hashOf(key), what),
      forget: async (key) => void (await limiter.delete(hashOf(key))),
    };
  };
}

async function consume(limiter: RateLimiterPostgres, hash: string, what: string): Promise<number> {
  try {
    return (await limiter.consume(hash)).remainingPoints;
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const retryAfterSeconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
    throw new GraphError('RATE_LIMITED', `Too many attempts ${what}. Try again in ${retryAfterSeconds} seconds.`, {
      retryAfterSeconds,
    });
  }
}

export function accountKey({ email, network }: PasswordTry): string {
  return JSON.stringify([email, network]);
}
