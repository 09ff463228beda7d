import type { EventPayload } from '#shared/events/topics.ts';
import type { ShipmentRow, StopRow } from '../entities.ts';

/** The shipment as its neighbours know it. Only shipments made here are announced: theirs are complete. */
export function snapshotOf(shipment: ShipmentRow, stops: readonly StopRow[]): EventPayload<'shipment.created'> {
  return {
    shipmentId: shipment.id,
    reference: shipment.reference,
    organizationId: shipment.organizationId,
    createdByAccountId: shipment.createdByAccountId,
    equipment: known(shipment.equipment, 'equipment'),
    weightKg: known(shipment.weightKg, 'weight'),
    volumeM3: known(shipment.volumeM3, 'volume'),
    valueCents: known(shipment.valueCents, 'value'),
    currency: known(shipment.currency, 'currency'),
    origin: placeOf(stops[0]),
    destination: placeOf(stops.at(-1)),
    parties: stops.flatMap(({ contactName }) => contactName ?? []),
    distanceMeters: known(shipment.distanceMeters, 'distance'),
    pickupFrom: known(shipment.pickupFrom, 'pickup window').toISOString(),
    deliverBy: known(shipment.deliverBy, 'delivery window').toISOString(),
    createdAt: shipment.createdAt.toISOString(),
  };
}

export function bookedOf(shipment: ShipmentRow, stops: readonly StopRow[]): EventPayload<'shipment.booked'> {
  return {
    ...snapshotOf(shipment, stops),
    bookedAt: known(shipment.bookedAt, 'booking').toISOString(),
    version: shipment.version,
    via: stops.slice(1, -1).map(placeOf),
  };
}

/** Who carries it, and when it came into its present status. */
export function steppedOf(shipment: ShipmentRow): EventPayload<'shipment.pickedUp'> {
  return {
    shipmentId: shipment.id,
    organizationId: shipment.organizationId,
    driverId: shipment.driverId ?? null,
    vehicleId: shipment.vehicleId ?? null,
    at: shipment.statusChangedAt.toISOString(),
  };
}

export function deliveredOf(shipment: ShipmentRow): EventPayload<'shipment.delivered'> {
  const deliverBy = known(shipment.deliverBy, 'delivery window');
  return {
    ...steppedOf(shipment),
    onTime: shipment.statusChangedAt <= deliverBy,
    deliverBy: deliverBy.toISOString(),
    pickedUpAt: known(shipment.pickedUpAt, 'pickup').toISOString(),
    createdAt: shipment.createdAt.toISOString(),
    distanceMeters: known(shipment.distanceMeters, 'distance'),
  };
}

function placeOf(stop: StopRow | undefined): EventPayload<'shipment.created'>['origin'] {
  return {
    hubCode: stop?.hubCode ?? null,
    city: known(stop?.city, 'city'),
    region: known(stop?.region, 'region'),
    country: known(stop?.country, 'country'),
    latitude: known(stop?.latitude, 'latitude'),
    longitude: known(stop?.longitude, 'longitude'),
    timeZone: known(stop?.timeZone, 'time zone'),
  };
}

function known<T>(value: T | null | undefined, what: string): T {
  if (value == null) throw new RangeError(`The shipment has no ${what}.`);
  return value;
}
