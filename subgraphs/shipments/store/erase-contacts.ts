import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { searchOf } from '../domain/search-keys.ts';
import { promisedStatuses } from '../domain/status.ts';
import { ChangeEntity, ShipmentEntity, StopEntity } from '../entities.ts';
import { daysOfContacts } from '../retention.ts';

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

/** Erases the contacts of shipments that have ended since their person was erased, and of those that have not changed for long. */
export async function eraseEndedContacts(em: EntityManager): Promise<void> {
  while (await em.transactional((inner) => eraseSome(inner)));
  while (await em.transactional(async (inner) => (await noteOld(inner)) && (await eraseSome(inner))));
}

/** Notes some ended shipments and drafts that have not changed for long. @returns false if there are none */
async function noteOld(em: EntityManager): Promise<boolean> {
  const last = sql`now() - make_interval(days => ${daysOfContacts}::int)`;
  const noted = await query(
    em,
    sql`insert into contact_erasure (shipment_id)
      (select id from shipment where status in ('DELIVERED', 'CANCELLED') and not contacts_erased and updated_at < ${last}
        order by updated_at limit ${shipmentsPerBatch})
      union all
      (select id from shipment t where status = 'DRAFT' and updated_at < ${last}
        and exists (select from stop s where s.shipment_id = t.id and num_nonnulls(s.contact_name, s.contact_phone) > 0)
        limit ${shipmentsPerBatch})
      on conflict do nothing returning shipment_id`,
  );
  return noted.length > 0;
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
  await query(em, sql`update shipment set contacts_erased = true where id = any(${ids}::uuid[]) returning id`);
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
