import { accountErased } from '#shared/events/forget-account.ts';
import type { Reactions } from '#shared/events/jobs.ts';
import {
  rememberAssignment,
  rememberDriver,
  rememberEnd,
  rememberLoad,
  rememberPickup,
  rememberRelease,
  rememberVehicle,
} from './store/projections.ts';
import { tellArrivals } from './store/tell-arrivals.ts';

/**
 * Positions are live data. Of domain events, tracking publishes only `vehicles.located`, a coarse trace of them, and
 * `arrivals.estimated` for the loads of these vehicles. Its reactions store who carries which load.
 */
export const reactions: Reactions = {
  ...accountErased('tracking'),
  'vehicle.changed': ({ em }, event) => rememberVehicle(em, event),
  'driver.changed': ({ em }, event) => rememberDriver(em, event),
  'shipment.booked': ({ em }, event) => rememberLoad(em, event),
  'assignment.created': ({ em }, event) => rememberAssignment(em, event),
  'assignment.released': ({ em }, event) => rememberRelease(em, event),
  'shipment.pickedUp': ({ em }, event) => rememberPickup(em, event, event.at),
  'shipment.inTransit': ({ em }, event) => rememberPickup(em, event, event.at),
  'shipment.outForDelivery': ({ em }, event) => rememberPickup(em, event, event.at),
  'shipment.delivered': async ({ em }, event) => {
    await rememberPickup(em, event, event.pickedUpAt);
    await rememberEnd(em, event, event.at);
  },
  'vehicles.located': tellArrivals,
  'shipment.cancelled': ({ em }, event) => rememberEnd(em, event, event.at),
};
