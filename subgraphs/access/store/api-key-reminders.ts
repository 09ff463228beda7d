import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { openFrom } from '#shared/database/sealed-column.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { apiKeyExpiringMail } from '../domain/mails.ts';
import { accountEmail } from '../entities.ts';
import type { Mails } from './mails.ts';
import { apiKeyRows } from './rows.ts';

/** Announces that a key expires soon, unless it was revoked or its expiry has changed since the reminder was made. */
export async function announceExpiry(
  { em, emit }: Transaction,
  { apiKeyId, days, expiresAt }: EventPayload<'apiKey.reminderDue'>,
  mails: Mails,
): Promise<void> {
  const [key] = await apiKeyRows.readBy(em, 'id', [apiKeyId]);
  if (!key || key.revokedAt || key.expiresAt?.toISOString() !== expiresAt) return;
  await emit('apiKey.expiring', { apiKeyId, organizationId: key.organizationId, name: key.name, days, expiresAt });
  for (const email of await keyHolders(em, key.organizationId)) {
    await mails.queue(em, apiKeyExpiringMail(email, key.name, days, expiresAt), {
      now: new Date(),
      expiresAt: key.expiresAt,
    });
  }
}

/** Addresses of the people who can make another key for an organization: its partners, at most twenty. */
async function keyHolders(em: EntityManager, organizationId: string): Promise<string[]> {
  const holders = await query<{ email: string }>(
    em,
    sql`select email from account
      where organization_id = ${organizationId} and roles @> '{PARTNER}' and password_hash is not null and deactivated_at is null
      order by id limit 20`,
  );
  return holders.map(({ email }) => openFrom(em, accountEmail, email));
}
