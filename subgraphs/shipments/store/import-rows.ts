import { newId } from '#shared/ids.ts';
import type { ImportFacts, ImportPlace } from '../domain/import-input.ts';
import { customerReferenceOf, keysOf, searchOf } from '../domain/search-keys.ts';
import { goodsOf } from '../domain/summary.ts';

interface Batch {
  readonly source: string;
  readonly file: string;
  readonly organizationId: string;
  readonly columns: readonly string[];
  readonly accountId: string;
  readonly now: Date;
}

type Record = Readonly<{ [column: string]: unknown }>;

/** Creates the rows of imported shipments by table. The tables are in the order of their foreign keys. */
export function importedRows(
  candidates: readonly { readonly facts: ImportFacts; readonly fingerprint: string }[],
  batch: Batch,
) {
  const shipment: Record[] = [];
  const stop: Record[] = [];
  const item: Record[] = [];
  const shipment_event: Record[] = [];
  const shipment_import: Record[] = [];
  for (const { facts, fingerprint } of candidates) {
    const id = newId(facts.createdAt.getTime());
    shipment.push(shipmentOf(id, facts, batch));
    stop.push(...stopsOf(id, facts));
    item.push(itemOf(id, facts));
    shipment_event.push(eventOf(id, facts, batch));
    shipment_import.push({ ...importOf(id, facts, batch), fingerprint });
  }
  return { shipment, stop, item, shipment_event, shipment_import };
}

function shipmentOf(id: string, facts: ImportFacts, { organizationId, accountId, now }: Batch): Record {
  const { reference, notes, origin, destination, item } = facts;
  const { customerReference, customerReferenceKey } = customerReferenceOf(facts.customerReference);
  const goods = [goodsOf([item]), facts.vendor ?? ''].join('\n');
  const stops = [origin, destination].filter((stop) => stop !== null);
  const keys = keysOf({
    reference,
    originCity: origin?.city,
    originRegion: origin?.region,
    destinationCity: destination?.city,
    destinationRegion: destination?.region,
  });
  return {
    id,
    reference,
    customer_reference: customerReference,
    organization_id: organizationId,
    created_by_account_id: accountId,
    status: 'DELIVERED',
    version: 1,
    equipment: facts.equipment,
    notes,
    origin_city: origin?.city ?? null,
    origin_region: origin?.region ?? null,
    origin_country: origin?.country ?? null,
    destination_city: destination?.city ?? null,
    destination_region: destination?.region ?? null,
    destination_country: destination?.country ?? null,
    weight_kg: item.weightKg,
    volume_m3: item.volumeM3,
    value_cents: item.value?.cents ?? null,
    currency: item.value?.currency ?? null,
    deliver_by: facts.deliverBy,
    created_at: facts.createdAt,
    updated_at: now,
    delivered_at: facts.deliveredAt,
    status_changed_at: facts.deliveredAt,
    imported: true,
    goods,
    search: searchOf({ reference, customerReference, notes, goods, stops }),
    reference_key: keys.referenceKey,
    customer_reference_key: customerReferenceKey,
    origin_city_key: keys.originCityKey,
    origin_region_key: keys.originRegionKey,
    destination_city_key: keys.destinationCityKey,
    destination_region_key: keys.destinationRegionKey,
  };
}

function stopsOf(shipmentId: string, { origin, destination, deliverBy, deliveredAt }: ImportFacts): Record[] {
  const ends: { kind: string; place: ImportPlace; windowEnd: Date | null; arrivedAt: Date | null }[] = [];
  if (origin) ends.push({ kind: 'PICKUP', place: origin, windowEnd: null, arrivedAt: null });
  if (destination) {
    ends.push({ kind: 'DELIVERY', place: destination, windowEnd: deliverBy, arrivedAt: deliveredAt });
  }
  return ends.map(({ kind, place, windowEnd, arrivedAt }, sequence) => ({
    id: newId(),
    shipment_id: shipmentId,
    sequence,
    kind,
    contact_name: place.contactName,
    city: place.city,
    region: place.region,
    country: place.country,
    latitude: place.location?.latitude ?? null,
    longitude: place.location?.longitude ?? null,
    time_zone: place.timeZone,
    window_end: windowEnd,
    arrived_at: arrivedAt,
  }));
}

function itemOf(shipmentId: string, { item }: ImportFacts): Record {
  return {
    id: newId(),
    shipment_id: shipmentId,
    sequence: 0,
    description: item.description,
    commodity: item.commodity,
    quantity: item.quantity,
    weight_kg: item.weightKg,
    volume_m3: item.volumeM3,
    value_cents: item.value?.cents ?? null,
    currency: item.value?.currency ?? null,
  };
}

/** The only known step is the delivery. */
function eventOf(shipmentId: string, { deliveredAt }: ImportFacts, { accountId, source, now }: Batch): Record {
  return {
    id: newId(now.getTime()),
    shipment_id: shipmentId,
    version: 1,
    from_status: null,
    to_status: 'DELIVERED',
    occurred_at: deliveredAt,
    recorded_at: now,
    actor_account_id: accountId,
    note: `Imported from ${source}`,
  };
}

function importOf(shipmentId: string, facts: ImportFacts, { source, file, columns, now }: Batch): Record {
  return {
    shipment_id: shipmentId,
    source,
    source_reference: facts.sourceReference,
    file,
    line: facts.line,
    imported_at: now,
    mode: facts.mode,
    freight_cost_cents: facts.freightCost?.cents ?? null,
    freight_cost_currency: facts.freightCost?.currency ?? null,
    freight_cost_note: facts.freightCostNote,
    weight_note: facts.weightNote,
    inco_term: facts.incoTerm,
    vendor: facts.vendor,
    original_row: columns.map((column, index) => [column, facts.values[index] ?? '']),
  };
}
