import type { Transaction } from '#shared/database/transaction.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import type { EventPayload } from '#shared/events/topics.ts';
import { CustomerEntity, PricedShipmentEntity } from './entities.ts';
import { issueInvoice } from './store/invoices.ts';

async function storeShipment({ em }: Transaction, shipment: EventPayload<'shipment.created'>): Promise<void> {
  const { shipmentId: id, organizationId, equipment, distanceMeters, volumeM3, origin, createdAt } = shipment;
  await em.upsert(PricedShipmentEntity, {
    id,
    organizationId,
    equipment,
    distanceMeters: Math.round(distanceMeters),
    volumeM3,
    originRegion: origin.region,
    createdAt: new Date(createdAt),
    closed: false,
  });
}

/** Pricing stores shipments and tiers, closes cancelled shipments, and bills delivered ones. */
export const reactions: Reactions = {
  'organization.changed': async ({ em }, { organizationId: id, tier }) => {
    await em.upsert(CustomerEntity, { id, tier });
  },
  'shipment.created': storeShipment,
  'shipment.changed': storeShipment,
  'shipment.booked': storeShipment,
  'shipment.cancelled': async ({ em }, { shipmentId: id }) => {
    await em.nativeUpdate(PricedShipmentEntity, { id }, { closed: true });
  },
  'shipment.delivered': issueInvoice,
};
