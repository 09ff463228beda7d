import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { type Columns, noColumns } from '#shared/database/rows.ts';
import { always, type Sql, sql } from '#shared/database/sql.ts';
import { ofFound } from '#shared/database/within-reach.ts';
import { checkVersion } from '#shared/errors/contested.ts';
import { GraphError, refuse } from '#shared/errors/errors.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { referenceKey } from '#shared/input/text-key.ts';
import { ShipmentEntity, type ShipmentRow, StopEntity, type StopRow } from '../entities.ts';
import { shipmentRows } from './rows.ts';
import { visibleTo } from './visibility.ts';

/** Finds the shipments with these ids that the identity may see, with these columns. Malformed ids match nothing. */
export function findShipments(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
  columns: Columns,
): Promise<Pick<ShipmentRow, 'id'>[]> {
  return shipmentRows.only(columns, ['id']).readBy(em, 'id', ids, { where: ofFound(visibleTo(identity)) });
}

const maxReferenceLength = 64;

/**
 * Finds the id of a shipment by its reference in any case, with any blanks and dashes; null if the identity may not see
 * one. References of other systems may differ by dashes alone: the one as it is written comes first.
 */
export async function findIdByReference(
  em: EntityManager,
  identity: Identity,
  reference: string,
): Promise<string | null> {
  const key = referenceKey(reference);
  if (key === '' || reference.length > maxReferenceLength || reference.includes('\0')) return null;
  const [row] = await query<{ id: string }>(
    em,
    sql`select t.id from shipment t where t.reference_key = ${key} and ${visibleTo(identity)}
      order by t.reference = ${reference.trim()} desc, t.created_at desc limit 1`,
  );
  return row?.id ?? null;
}

/** Locks a shipment against other writers until the transaction ends. @throws Refusal NOT_FOUND, CONFLICT */
export async function lockShipment(
  em: EntityManager,
  identity: Identity,
  id: string,
  expectedVersion: number | null | undefined,
): Promise<ShipmentRow> {
  const shipment = isUuid(id) ? await lockWhere(em, id, visibleTo(identity)) : null;
  if (!shipment) refuse('NOT_FOUND', 'There is no shipment with this id, or you may not see it.', 'shipmentId');
  checkVersion(shipment, expectedVersion);
  return shipment;
}

/** Like `lockShipment`, but without a check of visibility and null if there is no such shipment. */
export function lockAnyShipment(em: EntityManager, id: string): Promise<ShipmentRow | null> {
  return lockWhere(em, id, always);
}

/** Converts a row to an entity. The next flush writes its changes. */
async function lockWhere(em: EntityManager, id: string, visible: Sql): Promise<ShipmentRow | null> {
  const [row] = await shipmentRows.read(
    em,
    sql`select ${shipmentRows.columns('t')} from shipment t where t.id = ${id} and ${visible} for update`,
  );
  return row ? em.merge(ShipmentEntity, row) : null;
}

/** Reads the stops of a shipment in driving order, as entities. */
export function stopsOf(em: EntityManager, shipmentId: string): Promise<StopRow[]> {
  return em.find(StopEntity, { shipmentId }, { orderBy: { sequence: 'asc' } });
}

/** Refuses a shipment that does not exist or that the identity may not see, with the same error. */
export async function requireVisible(em: EntityManager, identity: Identity, id: string): Promise<void> {
  const [shipment] = await findShipments(em, identity, [id], noColumns);
  if (!shipment) throw new GraphError('NOT_FOUND', 'There is no shipment with this id, or you may not see it.');
}
