import type { Transaction } from '#shared/database/transaction.ts';
import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { rememberArrivals } from './store/arrivals.ts';
import { noteAssignment, noteRelease } from './store/assignments.ts';
import { eraseContactsOf } from './store/erase-contacts.ts';
import { rememberOrganization } from './store/organizations.ts';
import { touchShipment } from './store/touch.ts';
import { meetVehicle, rememberVehicle } from './store/vehicles.ts';

/** Quotes, invoices and payments of a shipment are part of what its watchers see. */
async function noteBilling(
  transaction: Transaction,
  { shipmentId }: { readonly shipmentId?: string | undefined },
): Promise<void> {
  if (shipmentId !== undefined) await touchShipment(transaction, shipmentId, new Date());
}

/**
 * Reactions to assignments and vehicles of the fleet subgraph, to estimated arrivals and to organizations. The stores emit shipment.created, .changed,
 * .booked, .pickedUp, .inTransit, .outForDelivery, .delivered, .exception, .cancelled and .rated.
 */
export const reactions: Reactions = {
  ...accountErased('shipments', eraseContactsOf),
  'assignment.created': async (transaction, payload) => {
    await meetVehicle(transaction.em, payload);
    await noteAssignment(transaction, payload, new Date());
  },
  'assignment.released': (transaction, payload) => noteRelease(transaction, payload, new Date()),
  'quote.offered': noteBilling,
  'quote.withdrawn': noteBilling,
  'quote.accepted': noteBilling,
  'invoice.issued': noteBilling,
  'payment.recorded': noteBilling,
  'arrivals.estimated': ({ em }, event) => rememberArrivals(em, event),
  'organization.changed': ({ em }, organization) => rememberOrganization(em, organization),
  'vehicle.changed': ({ em }, vehicle) => rememberVehicle(em, vehicle),
};
