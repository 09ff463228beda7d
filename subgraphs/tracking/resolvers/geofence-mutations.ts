import { mutation, recordMutation } from '#shared/graphql/mutation.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import {
  createGeofenceInput,
  deleteGeofenceInput,
  geofenceCodes,
  updateGeofenceInput,
} from '../domain/geofence-input.ts';
import { createGeofence, deleteGeofence, findCreated, updateGeofence } from '../store/geofences.ts';

export const geofenceMutations = {
  createGeofence: recordMutation('geofence', {
    parse: (input) => parseInput(createGeofenceInput, input, geofenceCodes),
    change: ({ transaction: { em }, input, now }) => createGeofence(em, input, now),
    find: findCreated,
  }),
  updateGeofence: recordMutation('geofence', {
    parse: (input) => parseInput(updateGeofenceInput, input, geofenceCodes),
    change: ({ transaction: { em }, input, now }) => updateGeofence(em, input, now),
  }),
  deleteGeofence: mutation({
    record: 'geofence',
    parse: deleteGeofenceInput,
    change: async ({ transaction: { em }, input }) => (await deleteGeofence(em, input)).id,
    payload: (deletedGeofenceId) => ({ deletedGeofenceId }),
  }),
};
