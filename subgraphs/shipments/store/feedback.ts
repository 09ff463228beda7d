import { changesTo } from '#shared/audit/changes.ts';
import { query } from '#shared/database/query.ts';
import { noColumns } from '#shared/database/rows.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { ofFound } from '#shared/database/within-reach.ts';
import { refuse } from '#shared/errors/errors.ts';
import { type AccountIdentity, isStaff } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { CommentEntity } from '../entities.ts';
import { shipmentRows } from './rows.ts';
import { lockShipment } from './shipments.ts';
import { announceToStaff } from './steps.ts';
import { touchShipment } from './touch.ts';
import { visibleTo } from './visibility.ts';

/** Rates a delivered shipment that has no rating yet. */
export async function rateShipment(
  transaction: Transaction,
  identity: AccountIdentity,
  { shipmentId, stars, comment }: { shipmentId: string; stars: number; comment: string | null },
  now: Date,
): Promise<void> {
  const { em, emit } = transaction;
  const shipment = await lockShipment(em, identity, shipmentId, null);
  if (identity.organizationId !== shipment.organizationId) {
    refuse('NOT_ALLOWED', 'Only the customer whose freight it was can rate this shipment.', 'shipmentId');
  }
  if (shipment.imported) {
    refuse('NOT_ALLOWED', "Imported shipments can't be rated.", 'shipmentId');
  }
  if (shipment.status !== 'DELIVERED') {
    refuse('NOT_DELIVERED', `Only a delivered shipment can be rated. This one is ${shipment.status}.`, 'shipmentId');
  }
  const written = await query(
    em,
    sql`insert into rating (shipment_id, account_id, stars, comment, rated_at)
      values (${shipmentId}, ${identity.accountId}, ${stars}, ${comment}, ${now})
      on conflict do nothing returning shipment_id`,
  );
  if (written.length === 0) refuse('ALREADY_RATED', 'This shipment already has a rating.', 'shipmentId');
  await touchShipment(transaction, shipmentId, now);
  await emit('shipment.rated', {
    shipmentId,
    organizationId: shipment.organizationId,
    driverId: shipment.driverId ?? null,
    stars,
    at: now.toISOString(),
  });
  const target = { kind: 'Shipment', id: shipmentId } as const;
  transaction.audit({ action: 'SHIPMENT_RATED', target, changes: changesTo({ stars }), at: now });
}

/** Writes a comment. Only staff can write internal ones. @returns its id */
export async function writeComment(
  transaction: Transaction,
  identity: AccountIdentity,
  { shipmentId, body, internal }: { shipmentId: string; body: string; internal: boolean },
  now: Date,
): Promise<string> {
  const { em, announce } = transaction;
  const shipments = shipmentRows.only(noColumns, ['id', 'version']);
  const [shipment] = await shipments.readBy(em, 'id', [shipmentId], { where: ofFound(visibleTo(identity)) });
  if (!shipment) refuse('NOT_FOUND', 'There is no shipment with this id, or you may not see it.', 'shipmentId');
  if (internal && !isStaff(identity)) refuse('NOT_ALLOWED', 'Only staff can write internal comments.', 'internal');
  const comment = em.create(CommentEntity, {
    id: newId(now.getTime()),
    shipmentId,
    accountId: identity.accountId,
    body,
    internal,
    createdAt: now,
  });
  await em.flush();
  if (internal) announceToStaff(announce, shipment);
  else await touchShipment(transaction, shipmentId, now);
  const target = { kind: 'Shipment', id: shipmentId } as const;
  const changes = changesTo({ comment: comment.id, internal });
  transaction.audit({ action: 'SHIPMENT_COMMENTED', target, changes, at: now });
  return comment.id;
}
