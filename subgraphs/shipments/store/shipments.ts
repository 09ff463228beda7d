import type { EntityName } from '@mikro-orm/core';
import type { EntityManager } from '#shared/database/database.ts';
import { GraphError, refuse } from '#shared/errors/errors.ts';
import type { Identity } from '#shared/identity/identity.ts';
import { isUuid } from '#shared/ids.ts';
import { ShipmentEntity, type ShipmentRow, StopEntity, type StopRow } from '../entities.ts';
import { arrayOf, visibleTo } from './visibility.ts';

/** Columns of a mapped table; the generated full-text column stays in the database. */
export function columnsOf(em: EntityManager, entity: EntityName, alias: string): string {
  return em
    .getMetadata()
    .get(entity)
    .props.map((property) => `${alias}."${property.fieldNames[0]}"`)
    .join(', ');
}

/** Those of these shipments that the identity may see; malformed ids match nothing. */
export async function findShipments(
  em: EntityManager,
  identity: Identity,
  ids: readonly string[],
): Promise<ShipmentRow[]> {
  const visible = visibleTo(identity);
  const rows = await em.execute(
    `select ${columnsOf(em, ShipmentEntity, 's')} from shipment s where s.id = any(?::uuid[]) and ${visible.text}`,
    [arrayOf(ids.filter(isUuid)), ...visible.parameters],
  );
  return rows.map((row) => em.map(ShipmentEntity, row));
}

const longestReference = 64;

/** The id behind a reference; null where there is none that the identity may see. */
export async function findIdByReference(
  em: EntityManager,
  identity: Identity,
  reference: string,
): Promise<string | null> {
  if (reference.length > longestReference || reference.includes('\0')) return null;
  const visible = visibleTo(identity);
  const [row] = await em.execute<{ id: string }[]>(
    `select s.id from shipment s where s.reference = ? and ${visible.text}`,
    [reference, ...visible.parameters],
  );
  return row?.id ?? null;
}

/** Holds a shipment against other writers until the transaction ends; refuses with NOT_FOUND or CONFLICT. */
export async function lockShipment(
  em: EntityManager,
  identity: Identity,
  id: string,
  expectedVersion: number | null | undefined,
  field = 'id',
): Promise<ShipmentRow> {
  const visible = visibleTo(identity);
  const [row] = isUuid(id)
    ? await em.execute(
        `select ${columnsOf(em, ShipmentEntity, 's')} from shipment s where s.id = ? and ${visible.text} for update`,
        [id, ...visible.parameters],
      )
    : [];
  if (!row) refuse('NOT_FOUND', 'There is no shipment with this id, or you may not see it.', field);
  const shipment = em.map(ShipmentEntity, row);
  if (expectedVersion != null && expectedVersion !== shipment.version) {
    refuse(
      'CONFLICT',
      `This shipment is at version ${shipment.version}, not ${expectedVersion}. Load it again and repeat the change.`,
      'expectedVersion',
    );
  }
  return shipment;
}

/** As `lockShipment`, for the subgraph itself: null where there is no such shipment. */
export async function lockAnyShipment(em: EntityManager, id: string): Promise<ShipmentRow | null> {
  const [row] = await em.execute(
    `select ${columnsOf(em, ShipmentEntity, 's')} from shipment s where s.id = ? for update`,
    [id],
  );
  return row ? em.map(ShipmentEntity, row) : null;
}

/** Stops in driving order. */
export function stopsOf(em: EntityManager, shipmentId: string): Promise<StopRow[]> {
  return em.find(StopEntity, { shipmentId }, { orderBy: { sequence: 'asc' } });
}

/** Refuses to watch or touch what the identity may not see, without telling whether it exists. */
export async function requireVisible(em: EntityManager, identity: Identity, id: string): Promise<void> {
  const [shipment] = await findShipments(em, identity, [id]);
  if (!shipment) throw new GraphError('NOT_FOUND', 'There is no shipment with this id, or you may not see it.');
}
