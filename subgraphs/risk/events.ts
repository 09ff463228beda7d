import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { closeBooking, rememberAccount, rememberOrganization, takeBooking } from './store/bookings.ts';
import { eraseKnownAccount } from './store/erase-account.ts';

/** Risk publishes risk.assessed for every booking, every relevant change and every review decision. These are its reactions. */
export const reactions: Reactions = {
  ...accountErased('risk', eraseKnownAccount),
  'organization.changed': (transaction, payload) => rememberOrganization(transaction, payload, new Date()),
  'account.registered': (transaction, payload) => rememberAccount(transaction, payload, new Date()),
  'shipment.booked': (transaction, payload) => takeBooking(transaction, payload, new Date()),
  'shipment.pickedUp': ({ em }, { shipmentId }) => closeBooking(em, shipmentId, new Date()),
  'shipment.delivered': ({ em }, { shipmentId }) => closeBooking(em, shipmentId, new Date()),
  'shipment.cancelled': ({ em }, { shipmentId }) => closeBooking(em, shipmentId, new Date()),
};
