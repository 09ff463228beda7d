import { changesTo } from '#shared/audit/changes.ts';
import type { AuditChange } from '#shared/audit/fact.ts';
import type { EntityManager } from '#shared/database/database.ts';
import type { Transaction } from '#shared/database/transaction.ts';
import { refuse } from '#shared/errors/errors.ts';
import type { AccountIdentity } from '#shared/identity/identity.ts';
import { newId } from '#shared/ids.ts';
import { moneyOf } from '#shared/input/money.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { actorsOf } from '../domain/actors.ts';
import { changesLoad, type Facts, type FieldChange, findDifferences } from '../domain/differences.ts';
import { bookedOf, snapshotOf } from '../domain/payloads.ts';
import { customerReferenceOf, laneKeysOf, searchOf } from '../domain/search-keys.ts';
import type { UpdateInput } from '../domain/shipment-input.ts';
import { laneOf, loadOf } from '../domain/summary.ts';
import { ChangeEntity, ItemEntity, type ItemRow, type ShipmentRow, StopEntity, type StopRow } from '../entities.ts';
import { requireFuturePickup, requirePlausibleWindows } from './booking.ts';
import { addItems, addStops } from './parts.ts';
import { itemRows, stopRows } from './rows.ts';
import { lockShipment, stopsOf } from './shipments.ts';
import { announceChange } from './steps.ts';

/** All data can change before the assignment. After it only the notes and the customer's reference can change. */
const open: readonly ShipmentStatus[] = ['DRAFT', 'BOOKED'];
const closed: readonly ShipmentStatus[] = ['DELIVERED', 'CANCELLED'];

/** Changes a shipment and emits the event with its new data. */
export async function updateShipment(
  { em, emit, announce, audit }: Transaction,
  identity: AccountIdentity,
  input: UpdateInput,
  now: Date,
): Promise<void> {
  const shipment = await lockShipment(em, identity, input.shipmentId, input.expectedVersion);
  requireEditor(identity, shipment);
  requireOpen(shipment, input);

  const fields = findDifferences(await factsBefore(em, shipment, input), factsAfter(input));
  if (fields.length === 0) return;
  if (input.equipment) shipment.equipment = input.equipment;
  if (input.notes !== undefined) shipment.notes = input.notes;
  if (input.customerReference !== undefined) em.assign(shipment, customerReferenceOf(input.customerReference));
  if (input.items) {
    await em.nativeDelete(ItemEntity, { shipmentId: shipment.id });
    addItems(em, shipment.id, input.items);
    em.assign(shipment, loadOf(input.items));
  }
  const stops = await storeStops(em, shipment, input.stops, now);
  em.assign(shipment, { search: searchOf({ ...shipment, stops }) });
  shipment.version += 1;
  if (changesLoad(fields)) shipment.loadVersion = shipment.version;
  shipment.updatedAt = now;
  em.create(ChangeEntity, {
    id: newId(now.getTime()),
    shipmentId: shipment.id,
    version: shipment.version,
    changedAt: now,
    accountId: identity.accountId,
    fields,
  });
  await em.flush();
  announceChange(announce, shipment);
  await emitFacts(emit, shipment, stops);
  audit({
    action: 'SHIPMENT_UPDATED',
    target: { kind: 'Shipment', id: shipment.id },
    changes: auditedChanges(shipment.version, fields),
    at: now,
  });
}

/** Fields that one audit entry has. The changes of a shipment have all. */
const auditedFields = 50;

/** The versions lead to the values of contacts, which the audit trail withholds. */
function auditedChanges(version: number, fields: readonly FieldChange[]): AuditChange[] {
  const shown = fields
    .slice(0, auditedFields)
    .map((change) => (/contact|street/.test(change.field) ? { ...change, before: null, after: null } : change));
  return [...changesTo({ version }, { version: version - 1 }), ...shown];
}

/** Replaces the stops, if new ones are given. @returns the stops in driving order */
async function storeStops(
  em: EntityManager,
  shipment: ShipmentRow,
  stops: UpdateInput['stops'],
  now: Date,
): Promise<StopRow[]> {
  if (!stops) return stopsOf(em, shipment.id);
  requirePlausibleWindows(stops, now);
  if (shipment.status === 'BOOKED') requireFuturePickup(stops[0]?.windowEnd, now);
  await em.nativeDelete(StopEntity, { shipmentId: shipment.id });
  const lane = laneOf(stops);
  em.assign(shipment, { ...lane, ...laneKeysOf(lane) });
  return addStops(em, shipment.id, stops);
}

/** Imported shipments emit no events. */
async function emitFacts(emit: Transaction['emit'], shipment: ShipmentRow, stops: StopRow[]): Promise<void> {
  if (shipment.imported) return;
  if (shipment.status === 'BOOKED') await emit('shipment.booked', bookedOf(shipment, stops));
  else await emit('shipment.changed', snapshotOf(shipment, stops));
}

const inOrder = { orderBy: 't.sequence' };

/** The present values of those fields that the input gives. */
async function factsBefore(em: EntityManager, shipment: ShipmentRow, input: UpdateInput): Promise<Facts> {
  const { id, equipment, notes, customerReference } = shipment;
  return {
    ...(input.equipment && { equipment }),
    ...(input.notes !== undefined && { notes }),
    ...(input.customerReference !== undefined && { customerReference }),
    ...(input.items && { items: (await itemRows.readBy(em, 'shipment_id', [id], inOrder)).map(itemFacts) }),
    ...(input.stops && { stops: (await stopRows.readBy(em, 'shipment_id', [id], inOrder)).map(stopFacts) }),
  };
}

function factsAfter({ equipment, notes, customerReference, items, stops }: UpdateInput): Facts {
  return {
    ...(equipment && { equipment }),
    ...(notes !== undefined && { notes }),
    ...(customerReference !== undefined && { customerReference }),
    ...(items && {
      items: items.map(({ value, ...item }) =>
        itemFacts({ ...item, valueCents: value.cents, currency: value.currency }),
      ),
    }),
    ...(stops && { stops: stops.map(({ location, ...stop }) => stopFacts({ ...stop, ...location })) }),
  };
}

type Given<R, K extends keyof R> = { readonly [key in K]?: R[key] };

function itemFacts(
  item: Given<ItemRow, 'description' | 'commodity' | 'quantity' | 'weightKg' | 'volumeM3' | 'valueCents' | 'currency'>,
) {
  const { description, commodity, quantity, weightKg, volumeM3, valueCents, currency } = item;
  const value = valueCents == null || currency == null ? null : moneyOf(valueCents, currency);
  return { description, commodity, quantity, weightKg, volumeM3, value: value && `${value.amount} ${value.currency}` };
}

function stopFacts(stop: Given<StopRow, Exclude<keyof StopRow, symbol>>) {
  const { hubCode, contactName, contactPhone, street, city, region, postalCode, country, latitude, longitude } = stop;
  const { timeZone, windowStart, windowEnd } = stop;
  const address = { hubCode, contactName, contactPhone, street, city, region, postalCode, country };
  return { ...address, latitude, longitude, timeZone, windowStart, windowEnd };
}

function requireEditor(identity: AccountIdentity, { organizationId, driverId = null }: ShipmentRow): void {
  const actors = actorsOf(identity, { organizationId, driverId });
  if (actors.includes('SHIPPER') || actors.includes('DISPATCHER')) return;
  refuse('NOT_ALLOWED', 'Only the shipper or a dispatcher can change this shipment.', 'shipmentId');
}

function requireOpen({ status }: ShipmentRow, { equipment, stops, items }: UpdateInput): void {
  const facts = Object.entries({ equipment, stops, items }).find(([, value]) => value != null);
  if (facts && !open.includes(status)) {
    refuse(
      'INVALID_STATE',
      `Stops, items and equipment can change in DRAFT and BOOKED only. This shipment is ${status}.`,
      facts[0],
    );
  }
  if (closed.includes(status))
    refuse('INVALID_STATE', `A shipment that is ${status} can no longer change.`, 'shipmentId');
}
