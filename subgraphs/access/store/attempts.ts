import { createHash } from 'node:crypto';
import type { EntityManager } from '#shared/database.ts';
import { blockSeconds, forgetAfterSeconds } from '../domain/attempts.ts';

/** Addresses are kept hashed: a table of what people typed is nobody's business. */
function subjectOf(email: string): string {
  return createHash('sha256').update(email).digest('hex');
}

/**
 * Counts an attempt to sign in before the password is looked at, so that many at once are counted as many.
 * @returns seconds to wait where the address is blocked, else 0
 */
export async function beginAttempt(em: EntityManager, email: string, now: Date): Promise<number> {
  const subject = subjectOf(email);
  return em.transactional(async (inner) => {
    const forgetBefore = new Date(now.getTime() - forgetAfterSeconds * 1000);
    const [counted] = await inner.execute<{ attempts: number }[]>(
      `insert into sign_in_attempts as known (subject, attempts, last_at) values (?, 1, ?)
        on conflict (subject) do update
          set attempts = case when known.last_at < ? then 1 else known.attempts + 1 end, last_at = excluded.last_at
          where known.blocked_until is null or known.blocked_until <= excluded.last_at
        returning attempts`,
      [subject, now, forgetBefore],
    );
    if (counted) {
      const seconds = blockSeconds(counted.attempts);
      const until = seconds > 0 ? new Date(now.getTime() + seconds * 1000) : null;
      await inner.execute('update sign_in_attempts set blocked_until = ? where subject = ?', [until, subject]);
      return 0;
    }
    const [blocked] = await inner.execute<{ seconds: number }[]>(
      'select ceil(extract(epoch from blocked_until - ?::timestamptz))::int as seconds from sign_in_attempts where subject = ?',
      [now, subject],
    );
    return Math.max(1, blocked?.seconds ?? 1);
  });
}

/** Forgets the attempts for an address after a success. */
export async function forgetAttempts(em: EntityManager, email: string): Promise<void> {
  await em.execute('delete from sign_in_attempts where subject = ?', [subjectOf(email)]);
}

/** Drops what is a day old, a few at a time: guesses at random addresses must not fill the table. */
export async function pruneAttempts(em: EntityManager, now: Date): Promise<void> {
  await em.execute(
    `delete from sign_in_attempts where subject in (
      select subject from sign_in_attempts where last_at < ? order by last_at limit 100 for update skip locked)`,
    [new Date(now.getTime() - 86_400_000)],
  );
}
