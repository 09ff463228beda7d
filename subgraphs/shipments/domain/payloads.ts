import type { EventPayload } from '#shared/events/topics.ts';
import type { ShipmentRow, StopRow } from '../entities.ts';

/** The shipment in domain events. Imported shipments have no events, so all values are present. */
export function snapshotOf(shipment: ShipmentRow, stops: readonly StopRow[]): EventPayload<'shipment.created'> {
  return {
    shipmentId: shipment.id,
    reference: shipment.reference,
    organizationId: shipment.organizationId,
    createdByAccountId: shipment.createdByAccountId,
    equipment: requireValue(shipment.equipment, 'equipment'),
    weightKg: requireValue(shipment.weightKg, 'weight'),
    volumeM3: requireValue(shipment.volumeM3, 'volume'),
    valueCents: requireValue(shipment.valueCents, 'value'),
    currency: requireValue(shipment.currency, 'currency'),
    origin: placeOf(stops[0]),
    destination: placeOf(stops.at(-1)),
    parties: stops.flatMap(({ contactName }) => contactName ?? []),
    distanceMeters: requireValue(shipment.distanceMeters, 'distance'),
    pickupFrom: requireValue(shipment.pickupFrom, 'pickup window').toISOString(),
    pickupUntil: requireValue(stops[0]?.windowEnd, 'pickup window').toISOString(),
    deliverBy: requireValue(shipment.deliverBy, 'delivery window').toISOString(),
    createdAt: shipment.createdAt.toISOString(),
    version: shipment.version,
    loadVersion: shipment.loadVersion ?? 0,
  };
}

export function bookedOf(shipment: ShipmentRow, stops: readonly StopRow[]): EventPayload<'shipment.booked'> {
  return {
    ...snapshotOf(shipment, stops),
    version: shipment.version,
    bookedAt: requireValue(shipment.bookedAt, 'booking').toISOString(),
    via: stops.slice(1, -1).map(placeOf),
  };
}

/** The payload of a step: driver, vehicle and time. */
export function steppedOf(shipment: ShipmentRow): EventPayload<'shipment.pickedUp'> {
  return {
    shipmentId: shipment.id,
    organizationId: shipment.organizationId,
    driverId: shipment.driverId ?? null,
    vehicleId: shipment.vehicleId ?? null,
    version: shipment.version,
    at: shipment.statusChangedAt.toISOString(),
  };
}

export function deliveredOf(shipment: ShipmentRow): EventPayload<'shipment.delivered'> {
  const deliverBy = requireValue(shipment.deliverBy, 'delivery window');
  return {
    ...steppedOf(shipment),
    onTime: shipment.statusChangedAt <= deliverBy,
    deliverBy: deliverBy.toISOString(),
    pickedUpAt: requireValue(shipment.pickedUpAt, 'pickup').toISOString(),
    createdAt: shipment.createdAt.toISOString(),
    distanceMeters: requireValue(shipment.distanceMeters, 'distance'),
  };
}

function placeOf(stop: StopRow | undefined): EventPayload<'shipment.created'>['origin'] {
  return {
    hubCode: stop?.hubCode ?? null,
    city: requireValue(stop?.city, 'city'),
    region: requireValue(stop?.region, 'region'),
    country: requireValue(stop?.country, 'country'),
    latitude: requireValue(stop?.latitude, 'latitude'),
    longitude: requireValue(stop?.longitude, 'longitude'),
    timeZone: requireValue(stop?.timeZone, 'time zone'),
  };
}

function requireValue<T>(value: T | null | undefined, what: string): T {
  if (value == null) throw new RangeError(`The shipment has no ${what}.`);
  return value;
}
