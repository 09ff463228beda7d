import { mutation, recordMutation } from '#shared/graphql/mutation.ts';
import { createGeofenceInput, deleteGeofenceInput, updateGeofenceInput } from '../domain/geofence-input.ts';
import { createGeofence, deleteGeofence, findCreated, updateGeofence } from '../store/geofences.ts';

export const geofenceMutations = {
  createGeofence: recordMutation('geofence', {
    parse: createGeofenceInput,
    change: ({ transaction: { em }, input, now }) => createGeofence(em, input, now),
    find: findCreated,
  }),
  updateGeofence: recordMutation('geofence', {
    parse: updateGeofenceInput,
    change: ({ transaction: { em }, input, now }) => updateGeofence(em, input, now),
  }),
  deleteGeofence: mutation({
    record: 'geofence',
    parse: deleteGeofenceInput,
    change: async ({ transaction: { em }, input }) => (await deleteGeofence(em, input)).id,
    payload: (deletedGeofenceId) => ({ deletedGeofenceId }),
  }),
};
