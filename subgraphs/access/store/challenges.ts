import { randomUUID } from 'node:crypto';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import { isUuid } from '#shared/ids.ts';

/** The second step of a sign-in whose password was right. */
export interface Challenge {
  readonly id: string;
  readonly expiresAt: Date;
}

const lifeMs = 5 * 60_000;
const maxFailures = 5;

/** Begins a challenge. Also deletes some that are over. */
export async function beginChallenge(em: EntityManager, accountId: string, now: Date): Promise<Challenge> {
  const challenge = { id: randomUUID(), expiresAt: new Date(now.getTime() + lifeMs) };
  await query(
    em,
    sql`delete from sign_in_challenge where id in (
      select id from sign_in_challenge where expires_at < ${now} order by expires_at limit 100 for update skip locked)`,
  );
  await query(
    em,
    sql`insert into sign_in_challenge (id, account_id, expires_at)
      values (${challenge.id}, ${accountId}, ${challenge.expiresAt})`,
  );
  return challenge;
}

/** Finds the account of a challenge; undefined if the challenge is over. */
export async function readChallenge(em: EntityManager, id: string, now: Date): Promise<string | undefined> {
  if (!isUuid(id)) return undefined;
  const [challenge] = await query<{ accountId: string }>(
    em,
    sql`select account_id as "accountId" from sign_in_challenge where id = ${id} and expires_at > ${now}`,
  );
  return challenge?.accountId;
}

/** Locks a challenge for its answer. @returns false if it is over */
export async function lockChallenge(em: EntityManager, id: string, now: Date): Promise<boolean> {
  const found = await query(
    em,
    sql`select id from sign_in_challenge where id = ${id} and expires_at > ${now} for update`,
  );
  return found.length > 0;
}

/** Counts a wrong code. The last allowed one ends the challenge. */
export async function countWrongAnswer(em: EntityManager, id: string): Promise<void> {
  await query(em, sql`update sign_in_challenge set failures = failures + 1 where id = ${id}`);
  await query(em, sql`delete from sign_in_challenge where id = ${id} and failures >= ${maxFailures}`);
}

export async function endChallenge(em: EntityManager, id: string): Promise<void> {
  await query(em, sql`delete from sign_in_challenge where id = ${id}`);
}

/** Ends the sign-ins of an account that wait for a code. */
export async function endChallengesOf(em: EntityManager, accountId: string): Promise<void> {
  await query(em, sql`delete from sign_in_challenge where account_id = ${accountId}`);
}
