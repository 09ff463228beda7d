import { createHash } from 'node:crypto';
import type { EntityManager } from '#shared/database.ts';
import { refuse } from '#shared/errors.ts';

/** One call of a mutation that must happen once, however often it is sent. */
export interface KeyedCall {
  readonly accountId: string;
  readonly key: string;
  readonly mutation: string;
  /** As it arrived: the same key with another input is refused. */
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * Claims the key of a call for the record that it will make, in the same transaction: refused calls leave the key free,
 * and of two at once the second waits for the first.
 * @returns id of the record that an earlier call made; null where this call is the first
 * @throws Refusal IDEMPOTENCY_KEY_REUSED
 */
export async function claimKey(em: EntityManager, call: KeyedCall, entityId: string): Promise<string | null> {
  const fingerprint = fingerprintOf(call);
  const claimed = await em.execute(
    'insert into idempotency (account_id, key, fingerprint, entity_id) values (?, ?, ?, ?) on conflict do nothing returning key',
    [call.accountId, call.key, fingerprint, entityId],
  );
  if (claimed.length === 1) return null;
  const [known] = await em.execute<{ fingerprint: string; entity_id: string }[]>(
    'select fingerprint, entity_id from idempotency where account_id = ? and key = ?',
    [call.accountId, call.key],
  );
  if (known?.fingerprint !== fingerprint)
    refuse(
      'IDEMPOTENCY_KEY_REUSED',
      'A new key is required; this one came with another input before.',
      'idempotencyKey',
    );
  return known.entity_id;
}

function fingerprintOf({ mutation, input }: KeyedCall): string {
  const sorted = JSON.stringify(input, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(`${mutation}\n${sorted}`).digest('hex');
}
