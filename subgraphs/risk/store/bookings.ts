import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { blindIndexOf } from '#shared/database/sealed-column.ts';
import { type Sql, sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { laneKey, laneName } from '../domain/lane.ts';
import { nameKey } from '../domain/names.ts';
import { BookingEntity, KnownAccountEntity, KnownOrganizationEntity, knownEmail } from '../entities.ts';
import { assessBooking, lockBooking, withdrawCase } from './assess.ts';
import { lockForBooking } from './locks.ts';
import { bookingRows } from './rows.ts';

/** Stores a booking or its newer version, and assesses it. An older or equal version changes nothing. */
export async function takeBooking(
  transaction: Transaction,
  payload: EventPayload<'shipment.booked'>,
  now: Date,
): Promise<void> {
  const { em } = transaction;
  await lockForBooking(em, payload.organizationId);
  const known = await lockBooking(em, payload.shipmentId);
  if (known && (known.version >= payload.version || !known.open)) return;
  const row = {
    shipmentId: payload.shipmentId,
    reference: payload.reference,
    organizationId: payload.organizationId,
    accountId: payload.createdByAccountId,
    version: payload.version,
    lane: laneName(payload.origin, payload.destination),
    laneKey: laneKey(payload.origin, payload.destination),
    valueCents: payload.valueCents,
    currency: payload.currency,
    // The time of the first booking stays. A change is no new booking.
    bookedAt: known?.bookedAt ?? new Date(payload.bookedAt),
    pickupFrom: new Date(payload.pickupFrom),
    partyKeys: [...new Set((payload.parties ?? []).map(nameKey))].filter((key) => key !== ''),
    open: true,
  };
  const booking = known ? em.assign(known, row) : em.create(BookingEntity, row);
  await em.flush();
  await assessBooking(transaction, booking, known ? 'CHANGED' : 'BOOKED', now);
}

/** Closes a booking, because no decision can stop a shipment that was picked up, delivered or cancelled. */
export async function closeBooking(em: EntityManager, shipmentId: string, now: Date): Promise<void> {
  await query(em, sql`update booking set open = false where shipment_id = ${shipmentId} and open`);
  await withdrawCase(em, shipmentId, now);
}

/** Stores an organization. Bookings from before it was known, or under another name, are assessed again. */
export async function rememberOrganization(
  transaction: Transaction,
  { organizationId: id, name, createdAt }: EventPayload<'organization.changed'>,
  now: Date,
): Promise<void> {
  const { em } = transaction;
  await lockForBooking(em, id);
  const key = nameKey(name);
  const known = await em.findOne(KnownOrganizationEntity, { id });
  if (known?.nameKey === key) return;
  if (known) known.nameKey = key;
  else em.create(KnownOrganizationEntity, { id, nameKey: key, createdAt: new Date(createdAt) });
  await em.flush();
  await assessAgain(transaction, sql`t.organization_id = ${id}`, now);
}

/** Stores an account. Its bookings from before it was known are assessed again. */
export async function rememberAccount(
  transaction: Transaction,
  payload: EventPayload<'account.registered'>,
  now: Date,
): Promise<void> {
  const { em } = transaction;
  const { accountId: id, organizationId, createdAt } = payload;
  if (organizationId) await lockForBooking(em, organizationId);
  if ((await em.count(KnownAccountEntity, { id })) > 0) return;
  const { emailIndex, email } = payload;
  const emailKey = emailIndex ?? (email === undefined ? null : blindIndexOf(em, knownEmail, email));
  em.create(KnownAccountEntity, { id, organizationId, emailKey, email: null, createdAt: new Date(createdAt) });
  await em.flush();
  await assessAgain(transaction, sql`t.account_id = ${id}`, now);
}

/** Assesses the open bookings `t` that meet a condition again. */
async function assessAgain(transaction: Transaction, condition: Sql, now: Date): Promise<void> {
  const bookings = await bookingRows.read(
    transaction.em,
    sql`select ${bookingRows.columns('t')} from booking t where ${condition} and t.open
      order by t.shipment_id for update`,
  );
  for (const booking of bookings) await assessBooking(transaction, booking, 'CUSTOMER_KNOWN', now);
}
