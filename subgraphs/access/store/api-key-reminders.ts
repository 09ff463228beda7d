import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { apiKeyRows } from './rows.ts';

/** Announces that a key expires soon, unless it was revoked or its expiry has changed since the reminder was made. */
export async function announceExpiry(
  { em, emit }: Transaction,
  { apiKeyId, days, expiresAt }: EventPayload<'apiKey.reminderDue'>,
): Promise<void> {
  const [key] = await apiKeyRows.readBy(em, 'id', [apiKeyId]);
  if (!key || key.revokedAt || key.expiresAt?.toISOString() !== expiresAt) return;
  await emit('apiKey.expiring', { apiKeyId, organizationId: key.organizationId, name: key.name, days, expiresAt });
}
