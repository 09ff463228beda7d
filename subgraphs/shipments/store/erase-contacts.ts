import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { searchOf } from '../domain/search-keys.ts';
import { promisedStatuses } from '../domain/status.ts';
import { ChangeEntity, ShipmentEntity, StopEntity } from '../entities.ts';

const shipmentsPerBatch = 200;

/** Erases the contacts that a person gave, at once except of shipments that are under way. */
export async function eraseContactsOf(
  { em }: Transaction,
  { accountId }: EventPayload<'account.erased'>,
): Promise<void> {
  await query(
    em,
    sql`insert into contact_erasure (shipment_id) select id from shipment where created_by_account_id = ${accountId}
      on conflict do nothing`,
  );
  while (await eraseSome(em));
}

/** Erases the contacts of shipments that have ended since their person was erased. */
export async function eraseEndedContacts(em: EntityManager): Promise<void> {
  while (await em.transactional((inner) => eraseSome(inner)));
}

/** @returns false if there is nothing to erase any more */
async function eraseSome(em: EntityManager): Promise<boolean> {
  const due = await query<{ id: string }>(
    em,
    sql`delete from contact_erasure where shipment_id in (
        select e.shipment_id from contact_erasure e join shipment t on t.id = e.shipment_id
        where t.status <> all(${[...promisedStatuses]}::text[])
        order by e.shipment_id limit ${shipmentsPerBatch} for update skip locked)
      returning shipment_id as id`,
  );
  const ids = due.map(({ id }) => id);
  if (ids.length === 0) return false;
  const ofThese = { shipmentId: { $in: ids } };
  const stops = await em.find(StopEntity, ofThese, { orderBy: { sequence: 'asc' } });
  for (const stop of stops) em.assign(stop, { contactName: null, contactPhone: null });
  for (const shipment of await em.find(ShipmentEntity, { id: { $in: ids } })) {
    const own = stops.filter(({ shipmentId }) => shipmentId === shipment.id);
    em.assign(shipment, { search: searchOf({ ...shipment, stops: own }) });
  }
  for (const change of await em.find(ChangeEntity, ofThese)) {
    if (change.fields.some(({ field }) => isContact(field)))
      change.fields = change.fields.map((given) =>
        isContact(given.field) ? { field: given.field, before: null, after: null } : given,
      );
  }
  await em.flush();
  em.clear();
  return true;
}

/** True for the path of a field such as `stops.1.contactName`. */
function isContact(field: string): boolean {
  return /\.contact(?:Name|Phone)$/.test(field);
}
