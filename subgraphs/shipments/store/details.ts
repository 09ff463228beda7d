import type { EntityManager } from '#shared/database/database.ts';
import { type Identity, isStaff } from '#shared/identity/identity.ts';
import type { PageRequest } from '#shared/pages/connection.ts';
import { type CursorValues, cursorParts } from '#shared/pages/cursor.ts';
import {
  CommentEntity,
  type CommentRow,
  EventEntity,
  type EventRow,
  ImportEntity,
  type ImportRow,
  ItemEntity,
  type ItemRow,
  ProofEntity,
  type ProofRow,
  RatingEntity,
  type RatingRow,
  StopEntity,
  type StopRow,
} from '../entities.ts';
import { columnsOf } from './shipments.ts';
import { arrayOf } from './visibility.ts';

/*
 * Parts of shipments, for many shipments in one statement each. Callers hold the shipments themselves, so what the
 * identity may see is decided; only comments have secrets of their own.
 */

type Ids = readonly string[];

export function findStops(em: EntityManager, ids: Ids): Promise<StopRow[]> {
  return em.find(StopEntity, { shipmentId: { $in: [...ids] } }, { orderBy: { shipmentId: 'asc', sequence: 'asc' } });
}

export function findItems(em: EntityManager, ids: Ids): Promise<ItemRow[]> {
  return em.find(ItemEntity, { shipmentId: { $in: [...ids] } }, { orderBy: { shipmentId: 'asc', sequence: 'asc' } });
}

export function findProofs(em: EntityManager, ids: Ids): Promise<ProofRow[]> {
  return em.find(ProofEntity, { shipmentId: { $in: [...ids] } });
}

export function findRatings(em: EntityManager, ids: Ids): Promise<RatingRow[]> {
  return em.find(RatingEntity, { shipmentId: { $in: [...ids] } });
}

export function findImports(em: EntityManager, ids: Ids): Promise<ImportRow[]> {
  return em.find(ImportEntity, { shipmentId: { $in: [...ids] } });
}

/** The latest steps of each shipment, oldest first. */
export async function findEvents(em: EntityManager, ids: Ids, last: number): Promise<EventRow[]> {
  const columns = columnsOf(em, EventEntity, 'e');
  const rows = await em.execute(
    `select ${columns} from unnest(?::uuid[]) o(id)
     cross join lateral (
       select ${columns} from shipment_event e where e.shipment_id = o.id order by e.version desc limit ?
     ) e order by e.shipment_id, e.version`,
    [arrayOf(ids), last],
  );
  return rows.map((row) => em.map(EventEntity, row));
}

function readable(identity: Identity): string {
  return isStaff(identity) ? 'true' : 'not c.internal';
}

/** The sort values of comments. */
export const commentCursor = [cursorParts.time, cursorParts.uuid] as const;
export type CommentPage = PageRequest<CursorValues<typeof commentCursor>>;

/** The same page of comments of each shipment, in its reading direction. */
export async function findComments(
  em: EntityManager,
  identity: Identity,
  ids: Ids,
  page: CommentPage,
): Promise<CommentRow[]> {
  const columns = columnsOf(em, CommentEntity, 'c');
  const way = page.direction === 'forward' ? 'asc' : 'desc';
  const beyond = page.position ? `(c.created_at, c.id) ${way === 'asc' ? '>' : '<'} (?::timestamptz, ?::uuid)` : 'true';
  const order = `c.created_at ${way}, c.id ${way}`;
  const rows = await em.execute(
    `select ${columns} from unnest(?::uuid[]) o(id)
     cross join lateral (
       select ${columns} from shipment_comment c
       where c.shipment_id = o.id and ${readable(identity)} and ${beyond} order by ${order} limit ?
     ) c order by c.shipment_id, ${order}`,
    [arrayOf(ids), ...(page.position ?? []), page.limit],
  );
  return rows.map((row) => em.map(CommentEntity, row));
}

export async function countComments(
  em: EntityManager,
  identity: Identity,
  ids: Ids,
): Promise<{ shipmentId: string; count: number }[]> {
  return em.execute<{ shipmentId: string; count: number }[]>(
    `select c.shipment_id as "shipmentId", count(*)::int as count from shipment_comment c
     where c.shipment_id = any(?::uuid[]) and ${readable(identity)} group by c.shipment_id`,
    [arrayOf(ids)],
  );
}
