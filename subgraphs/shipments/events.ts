import type { Reactions } from '#shared/events/jobs.ts';
import { noteAssignment, noteRelease } from './store/assignments.ts';
import { rememberOrganization } from './store/organizations.ts';

/**
 * Publishes shipment.created, .changed, .booked, .pickedUp, .inTransit, .outForDelivery, .delivered, .exception, .cancelled and
 * .rated; reacts to what fleet decides about drivers, and to new organizations.
 */
export const reactions: Reactions = {
  'assignment.created': (transaction, payload) => noteAssignment(transaction, payload, new Date()),
  'assignment.released': (transaction, payload) => noteRelease(transaction, payload, new Date()),
  'organization.changed': ({ em }, { organizationId }) => rememberOrganization(em, organizationId),
};
