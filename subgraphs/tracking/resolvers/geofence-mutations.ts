import { mutation, recordMutation } from '#shared/graphql/mutation.ts';
import { createGeofenceInput, deleteGeofenceInput, updateGeofenceInput } from '../domain/geofence-input.ts';
import { createGeofence, deleteGeofence, findCreated, updateGeofence } from '../store/geofences.ts';

export const geofenceMutations = {
  createGeofence: recordMutation('geofence', {
    parse: createGeofenceInput,
    change: ({ transaction, input, now }) => createGeofence(transaction, input, now),
    find: findCreated,
  }),
  updateGeofence: recordMutation('geofence', {
    parse: updateGeofenceInput,
    change: ({ transaction, input, now }) => updateGeofence(transaction, input, now),
  }),
  deleteGeofence: mutation({
    record: 'geofence',
    parse: deleteGeofenceInput,
    change: async ({ transaction, input, now }) => (await deleteGeofence(transaction, input, now)).id,
    payload: (deletedGeofenceId) => ({ deletedGeofenceId }),
  }),
};
