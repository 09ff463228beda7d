import type { Reactions } from '#shared/events/jobs.ts';
import { noteAssignment, noteRelease } from './store/assignments.ts';
import { rememberOrganization } from './store/organizations.ts';

/**
 * Reactions to assignments of the fleet subgraph and to new organizations. The stores emit shipment.created, .changed,
 * .booked, .pickedUp, .inTransit, .outForDelivery, .delivered, .exception, .cancelled and .rated.
 */
export const reactions: Reactions = {
  'assignment.created': (transaction, payload) => noteAssignment(transaction, payload, new Date()),
  'assignment.released': (transaction, payload) => noteRelease(transaction, payload, new Date()),
  'organization.changed': ({ em }, { organizationId }) => rememberOrganization(em, organizationId),
};
