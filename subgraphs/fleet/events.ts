import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import { eraseDriver } from './store/erase-driver.ts';
import { assessed, booked, cancelled, delivered, progressed, rated } from './store/lifecycle.ts';
import { addState } from './store/loads.ts';
import { rememberPlaces } from './store/places.ts';

/**
 * Fleet publishes `driver.changed`, `vehicle.changed`, `shift.ended`, `assignment.created`, `assignment.released` and
 * `incident.reported`, each in the transaction of its cause (store/). These are its reactions.
 */
export const reactions: Reactions = {
  'shipment.created': ({ em }, { shipmentId }) => addState(em, shipmentId),
  'shipment.booked': booked,
  'risk.assessed': assessed,
  'shipment.pickedUp': (transaction, event) => progressed(transaction, event, 'PICKED_UP'),
  'shipment.inTransit': (transaction, event) => progressed(transaction, event, 'IN_TRANSIT'),
  'shipment.outForDelivery': (transaction, event) => progressed(transaction, event, 'OUT_FOR_DELIVERY'),
  'shipment.exception': (transaction, event) => progressed(transaction, event, 'EXCEPTION'),
  'shipment.delivered': delivered,
  'shipment.cancelled': cancelled,
  'shipment.rated': rated,
  'vehicles.located': rememberPlaces,
  ...accountErased('fleet', eraseDriver),
};
