import { createHash } from 'node:crypto';
import type { EntityManager } from '#shared/database.ts';
import { refuse } from '#shared/errors.ts';

export interface CreateRequest {
  readonly actorId: string;
  readonly operation: string;
  readonly key: string;
  /** What makes two requests the same; never a password. */
  readonly input: unknown;
  /** Id that a new record would get. */
  readonly recordId: string;
  readonly at: Date;
}

/**
 * Claims an idempotency key within the transaction of its record. Two at once: the second waits for the first commit.
 * Refusal: IDEMPOTENCY_KEY_REUSED where the key came with another input before.
 * @returns whether the record is still to be made, and its id
 */
export async function claimKey(
  em: EntityManager,
  { actorId, operation, key, input, recordId, at }: CreateRequest,
): Promise<{ readonly fresh: boolean; readonly recordId: string }> {
  const fingerprint = createHash('sha256').update(JSON.stringify(input)).digest('hex');
  const claimed = await em.execute(
    `insert into idempotent_request (actor_id, operation, key, fingerprint, record_id, created_at)
      values (?, ?, ?, ?, ?, ?) on conflict do nothing returning 1`,
    [actorId, operation, key, fingerprint, recordId, at],
  );
  if (claimed.length === 1) return { fresh: true, recordId };
  const [known] = await em.execute<{ fingerprint: string; record_id: string }[]>(
    'select fingerprint, record_id from idempotent_request where actor_id = ? and operation = ? and key = ?',
    [actorId, operation, key],
  );
  if (!known || known.fingerprint !== fingerprint) {
    refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'A key of its own is required; this one came with another input.',
      'idempotencyKey',
    );
  }
  return { fresh: false, recordId: known.record_id };
}
