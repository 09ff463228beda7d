import type { EntityManager } from '#shared/database/database.ts';
import { type List, onlyColumns } from '#shared/database/list.ts';
import type { Columns } from '#shared/database/rows.ts';
import { always, type Sql, sql, uuids } from '#shared/database/sql.ts';
import { type Identity, isStaff } from '#shared/identity/identity.ts';
import type { ChangeRow, CommentRow, EventRow, ItemRow, StopRow } from '../entities.ts';
import { changeRows, commentRows, eventRows, itemRows, stopRows } from './rows.ts';

/*
 * Each function reads parts of several shipments in one statement. Callers have already checked that the identity may see
 * the shipments. Only comments have a visibility of their own.
 */

type Ids = readonly string[];
const inOrder = { orderBy: 't.shipment_id, t.sequence' };

export function findStops(
  em: EntityManager,
  ids: Ids,
  columns: Columns,
): Promise<Pick<StopRow, 'shipmentId' | 'kind'>[]> {
  return stopRows.only(columns, ['shipmentId', 'kind']).readBy(em, 'shipment_id', ids, inOrder);
}

export function findItems(em: EntityManager, ids: Ids, columns: Columns): Promise<Pick<ItemRow, 'shipmentId'>[]> {
  return itemRows.only(columns, ['shipmentId']).readBy(em, 'shipment_id', ids, inOrder);
}

/** The latest steps of each shipment, oldest first. */
export function findEvents(
  em: EntityManager,
  ids: Ids,
  last: number,
  columns: Columns,
): Promise<Pick<EventRow, 'shipmentId'>[]> {
  const rows = eventRows.only(columns, ['shipmentId', 'version']);
  return rows.read(
    em,
    sql`select e.* from unnest(${uuids(ids)}) o (id) cross join lateral (
      select ${rows.columns('t')} from shipment_event t where t.shipment_id = o.id order by t.version desc limit ${last}
    ) e order by e."shipmentId", e.version`,
  );
}

/** The latest changes of the data of each shipment, oldest first. */
export function findChanges(
  em: EntityManager,
  ids: Ids,
  last: number,
  columns: Columns,
): Promise<Pick<ChangeRow, 'shipmentId'>[]> {
  const rows = changeRows.only(columns, ['shipmentId', 'version']);
  return rows.read(
    em,
    sql`select c.* from unnest(${uuids(ids)}) o (id) cross join lateral (
      select ${rows.columns('t')} from shipment_change t where t.shipment_id = o.id order by t.version desc limit ${last}
    ) c order by c."shipmentId", c.version`,
  );
}

const allComments: List<CommentRow> = {
  rows: commentRows,
  from: sql`shipment_comment t`,
  order: [
    { expression: 't.created_at', kind: 'time', property: 'createdAt' },
    { expression: 't.id', kind: 'uuid', property: 'id' },
  ],
  descending: false,
};

/** Comments of a shipment, oldest first. */
export function comments(columns: Columns): List<Pick<CommentRow, 'id'>> {
  return onlyColumns(allComments, columns, ['id']);
}

/** The comments `t` that an identity may read. */
export function readableComments(identity: Identity): Sql {
  return isStaff(identity) ? always : sql`not t.internal`;
}
