import type { FieldCipher } from '#shared/identity/field-cipher.ts';
import { toSearchVector } from '#shared/input/search-words.ts';
import type { ShipmentStatus } from '#shared/vocabulary.ts';
import { customerReferenceOf, keysOf, searchOf } from '../../subgraphs/shipments/domain/search-keys.ts';
import { goodsOf } from '../../subgraphs/shipments/domain/summary.ts';
import { stopPhone } from '../../subgraphs/shipments/entities.ts';
import { plateVector } from '../../subgraphs/shipments/store/vehicles.ts';
import type { TableRow } from '../seeding/copy-rows.ts';
import type { SeedWriter } from '../seeding/write-seeds.ts';
import type { Shipment, World } from '../world.ts';
import { drawContactPhone, drawCustomerReference } from './shipments/papers.ts';
import { arrivalsOf } from './tracking/past-arrivals.ts';

const currency = 'USD';

/** Writes the shipments of the demo world in the state after their steps. */
export async function seed(tables: SeedWriter, world: World): Promise<void> {
  const { hubs, organizations, vehicles, shipments } = world;
  const hubCodes = new Map<string, string>(hubs.map(({ id, code }) => [id, code]));
  await tables.copy(
    'known_organization',
    organizations.map(({ id, name }) => ({ organization_id: id, search: toSearchVector([name]) })),
  );
  await tables.copy(
    'known_vehicle',
    vehicles.map(({ id, plate }) => ({ vehicle_id: id, search: plateVector(plate) })),
  );
  await tables.copy(
    'shipment',
    shipments.values().map((shipment) => shipmentRow(shipment, hubCodes)),
  );
  await tables.copy(
    'stop',
    shipments.values().flatMap((shipment) => stopRows(shipment, hubCodes, tables.cipher)),
  );
  await tables.copy('item', shipments.values().flatMap(itemRows));
  await tables.copy('shipment_event', shipments.values().flatMap(eventRows));
  await tables.copy('proof_of_delivery', shipments.values().flatMap(proofRows));
  await tables.copy('arrival_estimate', arrivalRows(world));
  await tables.copy('rating', shipments.values().flatMap(ratingRows));
  await tables.copy('shipment_comment', shipments.values().flatMap(commentRows));
  // New references continue after the largest number of the world.
  const last = shipments.reduce((most, { reference }) => Math.max(most, Number(reference.split('-')[2])), 0);
  if (last > 0) await tables.execute("select setval('shipment_number', $1)", [last]);
}

type HubCodes = ReadonlyMap<string, string>;

function shipmentRow(shipment: Shipment, hubCodes: HubCodes): TableRow {
  const { reference, notes, stops, events, assignment } = shipment;
  const origin = stops[0];
  const destination = stops.at(-1);
  const { customerReference, customerReferenceKey } = customerReferenceOf(drawCustomerReference(shipment));
  const goods = goodsOf(shipment.items);
  const keys = keysOf({
    reference,
    originCity: origin?.city,
    originRegion: origin?.region,
    destinationCity: destination?.city,
    destinationRegion: destination?.region,
  });
  return {
    id: shipment.id,
    reference,
    customer_reference: customerReference,
    organization_id: shipment.organizationId,
    created_by_account_id: shipment.createdByAccountId,
    status: shipment.status,
    troubled_from: shipment.status === 'EXCEPTION' ? events.at(-1)?.fromStatus : null,
    version: events.length,
    equipment: shipment.equipment,
    notes,
    origin_hub_code: hubCodes.get(origin?.hubId ?? ''),
    origin_city: origin?.city,
    origin_region: origin?.region,
    origin_country: origin?.country,
    destination_hub_code: hubCodes.get(destination?.hubId ?? ''),
    destination_city: destination?.city,
    destination_region: destination?.region,
    destination_country: destination?.country,
    weight_kg: shipment.totalWeightKg,
    volume_m3: shipment.totalVolumeM3,
    value_cents: shipment.totalValueCents,
    currency,
    distance_meters: shipment.distanceMeters,
    pickup_from: origin?.windowStart,
    deliver_by: destination?.windowEnd,
    created_at: shipment.createdAt,
    booked_at: timeOf(shipment, 'BOOKED'),
    picked_up_at: shipment.pickedUpAt,
    delivered_at: shipment.deliveredAt,
    status_changed_at: shipment.statusChangedAt,
    updated_at: shipment.statusChangedAt,
    assignment_id: assignment?.id,
    driver_id: assignment?.driverId,
    vehicle_id: assignment?.vehicleId,
    imported: false,
    goods,
    search: searchOf({
      reference,
      customerReference,
      notes,
      goods,
      stops: stops.map(({ hubId, ...stop }) => ({ ...stop, hubCode: hubCodes.get(hubId) })),
    }),
    reference_key: keys.referenceKey,
    customer_reference_key: customerReferenceKey,
    origin_city_key: keys.originCityKey,
    origin_region_key: keys.originRegionKey,
    destination_city_key: keys.destinationCityKey,
    destination_region_key: keys.destinationRegionKey,
  };
}

function timeOf({ events }: Shipment, status: ShipmentStatus): Date | null {
  return events.find(({ toStatus }) => toStatus === status)?.occurredAt ?? null;
}

function stopRows({ id, stops }: Shipment, hubCodes: HubCodes, cipher: FieldCipher): TableRow[] {
  return stops.map((stop) => ({
    id: stop.id,
    shipment_id: id,
    sequence: stop.sequence,
    kind: stop.kind,
    hub_code: hubCodes.get(stop.hubId),
    contact_name: stop.contactName,
    contact_phone: sealedPhone(drawContactPhone(stop), cipher),
    street: stop.street,
    city: stop.city,
    region: stop.region,
    country: stop.country,
    latitude: stop.latitude,
    longitude: stop.longitude,
    time_zone: stop.timeZone,
    window_start: stop.windowStart,
    window_end: stop.windowEnd,
    arrived_at: stop.arrivedAt,
  }));
}

function sealedPhone(phone: string | null, cipher: FieldCipher): string | null {
  return phone === null ? null : cipher.seal(phone, stopPhone.place);
}

function itemRows({ id, items }: Shipment): TableRow[] {
  return items.map((item, sequence) => ({
    id: item.id,
    shipment_id: id,
    sequence,
    description: item.description,
    commodity: item.commodity,
    quantity: item.quantity,
    weight_kg: item.weightKg,
    volume_m3: item.volumeM3,
    value_cents: item.valueCents,
    currency,
  }));
}

function eventRows({ id, events }: Shipment): TableRow[] {
  return events.map((event, index) => ({
    id: event.id,
    shipment_id: id,
    version: index + 1,
    from_status: event.fromStatus,
    to_status: event.toStatus,
    occurred_at: event.occurredAt,
    recorded_at: event.occurredAt,
    actor_account_id: event.actorAccountId,
    place: event.place,
    latitude: event.latitude,
    longitude: event.longitude,
    note: event.note,
  }));
}

function proofRows({ id, proofOfDelivery: proof, events }: Shipment): TableRow[] {
  if (!proof) return [];
  return [
    {
      shipment_id: id,
      recipient_name: proof.signedBy,
      signed_at: proof.signedAt,
      signature_reference: proof.documentReference,
      latitude: proof.latitude,
      longitude: proof.longitude,
      note: proof.note,
      recorded_by_account_id: events.findLast(({ toStatus }) => toStatus === 'DELIVERED')?.actorAccountId,
    },
  ];
}

function arrivalRows(world: World): TableRow[] {
  return arrivalsOf(world).map(({ shipmentId, arrivesAt, latestAt, at }) => ({
    shipment_id: shipmentId,
    arrives_at: arrivesAt,
    latest_at: latestAt,
    located_at: at,
  }));
}

function ratingRows({ id, rating }: Shipment): TableRow[] {
  if (!rating) return [];
  const { accountId, stars, comment, ratedAt } = rating;
  return [{ shipment_id: id, account_id: accountId, stars, comment, rated_at: ratedAt }];
}

function commentRows({ id, comments }: Shipment): TableRow[] {
  return comments.map((comment) => ({
    id: comment.id,
    shipment_id: id,
    account_id: comment.accountId,
    body: comment.body,
    internal: false,
    created_at: comment.createdAt,
  }));
}
