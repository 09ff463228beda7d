import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { BookingEntity, KnownAccountEntity } from '../entities.ts';

/** Replaces the e-mail address of an erased person by a pseudonym, and forgets the names at the stops of its bookings. */
export async function eraseKnownAccount(
  { em }: Transaction,
  { accountId }: EventPayload<'account.erased'>,
): Promise<void> {
  await em.nativeUpdate(KnownAccountEntity, { id: accountId }, { emailKey: null, email: null });
  await em.nativeUpdate(BookingEntity, { accountId }, { partyKeys: [] });
}
