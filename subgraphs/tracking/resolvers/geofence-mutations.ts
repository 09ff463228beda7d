import { changeRecord, keyedCall } from '#shared/graphql/change.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import type { TrackingContext } from '../context.ts';
import { type AreaInput, parseArea, parseHysteresis, parseName } from '../domain/area-input.ts';
import { createGeofence, deleteGeofence, type ExpectedGeofence, updateGeofence } from '../store/geofences.ts';

interface CreateInput {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly area: AreaInput;
  readonly hysteresisMeters: number;
}

interface UpdateInput extends ExpectedGeofence {
  readonly name?: string | null;
  readonly area?: AreaInput | null;
  readonly hysteresisMeters?: number | null;
}

export const geofenceMutations = {
  createGeofence: (_parent: unknown, { input }: { input: CreateInput }, context: TrackingContext) =>
    changeRecord(context, 'geofence', (transaction, caller, now) => {
      const idempotencyKey = parseIdempotencyKey(input.idempotencyKey);
      const wanted = {
        name: parseName(input.name),
        area: parseArea(input.area),
        hysteresisMeters: parseHysteresis(input.hysteresisMeters),
      };
      const call = keyedCall(caller, 'createGeofence', { ...wanted, idempotencyKey });
      return createGeofence(transaction, call, wanted, now);
    }),

  updateGeofence: (_parent: unknown, { input }: { input: UpdateInput }, context: TrackingContext) =>
    changeRecord(context, 'geofence', ({ em }, _caller, now) => {
      const { name, area, hysteresisMeters } = input;
      const changes = {
        ...(name != null && { name: parseName(name) }),
        ...(area != null && { area: parseArea(area) }),
        ...(hysteresisMeters != null && { hysteresisMeters: parseHysteresis(hysteresisMeters) }),
      };
      return updateGeofence(em, input, changes, now);
    }),

  /** Shows the geofence only where it was not deleted because of its version. */
  deleteGeofence: async (_parent: unknown, { input }: { input: ExpectedGeofence }, context: TrackingContext) => {
    const payload = await changeRecord(context, 'geofence', ({ em }) => deleteGeofence(em, input));
    const { userErrors } = payload;
    return userErrors.length > 0 ? payload : { deletedGeofenceId: input.id.toLowerCase(), userErrors };
  },
};
