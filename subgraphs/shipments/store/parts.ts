import type { EntityManager } from '#shared/database/database.ts';
import { newId } from '#shared/ids.ts';
import type { ItemFacts, StopFacts } from '../domain/shipment-input.ts';
import { ItemEntity, StopEntity, type StopRow } from '../entities.ts';

/** Adds the stops of a shipment in driving order. The next flush writes them. */
export function addStops(em: EntityManager, shipmentId: string, stops: readonly StopFacts[]): StopRow[] {
  const last = stops.length - 1;
  return stops.map(({ location, ...stop }, sequence) =>
    em.create(StopEntity, {
      id: newId(),
      shipmentId,
      sequence,
      kind: sequence === 0 ? 'PICKUP' : sequence === last ? 'DELIVERY' : 'INTERMEDIATE',
      ...stop,
      contactPhone: stop.contactPhone ?? null,
      ...location,
      arrivedAt: null,
    }),
  );
}

export function addItems(em: EntityManager, shipmentId: string, items: readonly ItemFacts[]): void {
  for (const [sequence, { value, ...item }] of items.entries()) {
    em.create(ItemEntity, {
      id: newId(),
      shipmentId,
      sequence,
      ...item,
      valueCents: value.cents,
      currency: value.currency,
    });
  }
}
