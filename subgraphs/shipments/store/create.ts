import { changesTo } from '#shared/audit/changes.ts';
import type { EntityManager } from '#shared/database/database.ts';
import { query } from '#shared/database/query.ts';
import { sql } from '#shared/database/sql.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { bookedOf, snapshotOf } from '../domain/payloads.ts';
import { customerReferenceOf, keysOf, searchOf } from '../domain/search-keys.ts';
import type { CreateInput } from '../domain/shipment-input.ts';
import { laneOf, loadOf } from '../domain/summary.ts';
import { EventEntity, ShipmentEntity } from '../entities.ts';
import { requireFuturePickup, requirePlausibleWindows } from './booking.ts';
import { isKnownOrganization } from './organizations.ts';
import { addItems, addStops } from './parts.ts';
import { takeStep } from './steps.ts';

/** Creates a shipment and books it if asked. @returns its id */
export async function createShipment(
  transaction: Transaction,
  identity: AccountIdentity,
  input: CreateInput,
  now: Date,
): Promise<string> {
  const { em, emit } = transaction;
  const id = newId(now.getTime());
  const organizationId = await organizationFor(em, identity, input.organizationId);
  requirePlausibleWindows(input.stops, now);
  if (input.book) requireFuturePickup(input.stops[0]?.windowEnd, now);

  const reference = await nextReference(em, now);
  const lane = laneOf(input.stops);
  const load = loadOf(input.items);
  const shipment = em.create(ShipmentEntity, {
    id,
    reference,
    organizationId,
    createdByAccountId: identity.accountId,
    status: 'DRAFT',
    version: 1,
    ...customerReferenceOf(input.customerReference),
    equipment: input.equipment,
    notes: input.notes,
    ...lane,
    ...load,
    ...keysOf({ reference, ...lane }),
    search: searchOf({ ...input, reference, goods: load.goods }),
    createdAt: now,
    statusChangedAt: now,
    updatedAt: now,
    imported: false,
  });
  await em.flush(); // before its parts: the unit of work does not know their foreign key
  const stops = addStops(em, id, input.stops);
  addItems(em, id, input.items);
  em.create(EventEntity, {
    id: newId(now.getTime()),
    shipmentId: id,
    version: 1,
    fromStatus: null,
    toStatus: 'DRAFT',
    occurredAt: now,
    recordedAt: now,
    actorAccountId: identity.accountId,
  });
  if (input.book)
    takeStep(transaction, shipment, { to: 'BOOKED', at: now, recordedAt: now, actorAccountId: identity.accountId });
  await em.flush();
  await emit('shipment.created', snapshotOf(shipment, stops));
  if (input.book) await emit('shipment.booked', bookedOf(shipment, stops));
  const { equipment, status } = shipment;
  const changes = changesTo({ reference, organization: organizationId, equipment, status });
  transaction.audit({ action: 'SHIPMENT_CREATED', target: { kind: 'Shipment', id }, changes, at: now });
  return id;
}

async function organizationFor(
  em: EntityManager,
  identity: AccountIdentity,
  wanted: string | null | undefined,
): Promise<string> {
  const own = identity.organizationId;
  if (wanted == null) {
    if (own === null)
      refuse(
        'INVALID_INPUT',
        'Your account has no organization. Name the organization of the shipment.',
        'organizationId',
      );
    return own;
  }
  if (wanted === own) return own;
  if (!identity.roles.some((role) => role === 'ADMIN' || role === 'DISPATCHER')) {
    refuse('FORBIDDEN_ORGANIZATION', 'You can create shipments for your own organization only.', 'organizationId');
  }
  if (!(await isKnownOrganization(em, wanted))) {
    refuse('NOT_FOUND', 'There is no organization with this id.', 'organizationId');
  }
  return wanted;
}

/** The next reference, such as IF-2026-004711: the year and a unique number. */
async function nextReference(em: EntityManager, now: Date): Promise<string> {
  const [row] = await query<{ number: string }>(em, sql`select nextval('shipment_number')::text as number`);
  return `IF-${now.getUTCFullYear()}-${(row?.number ?? '').padStart(6, '0')}`;
}
