import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { CustomerEntity } from './entities.ts';
import { issueInvoice } from './store/invoices.ts';
import { closeShipment, storeShipment } from './store/shipments.ts';

/**
 * Pricing stores shipments and tiers, withdraws quotes of loads that changed, closes cancelled shipments, and bills
 * delivered ones. The stores emit quote.offered, .withdrawn and .accepted, invoice.issued and payment.recorded.
 */
export const reactions: Reactions = {
  ...accountErased('pricing'),
  'organization.changed': async ({ em }, { organizationId: id, tier }) => {
    await em.upsert(CustomerEntity, { id, tier });
  },
  'shipment.created': (transaction, payload) => storeShipment(transaction, payload, new Date()),
  'shipment.changed': (transaction, payload) => storeShipment(transaction, payload, new Date()),
  'shipment.booked': (transaction, payload) => storeShipment(transaction, payload, new Date()),
  'shipment.cancelled': (transaction, { shipmentId }) => closeShipment(transaction, shipmentId),
  'shipment.delivered': issueInvoice,
};
