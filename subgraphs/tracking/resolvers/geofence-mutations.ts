import { payloadOf, type UserError } from '#shared/errors/errors.ts';
import { accountOf } from '#shared/graphql/context.ts';
import { parseIdempotencyKey } from '#shared/input/idempotency-key.ts';
import type { TrackingContext } from '../context.ts';
import { type AreaInput, parseArea, parseHysteresis, parseName } from '../domain/area-input.ts';
import { type Changed, createGeofence, deleteGeofence, updateGeofence } from '../store/geofences.ts';

interface CreateInput {
  readonly idempotencyKey: string;
  readonly name: string;
  readonly area: AreaInput;
  readonly hysteresisMeters: number;
}

interface UpdateInput {
  readonly id: string;
  readonly expectedVersion: number;
  readonly name?: string | null;
  readonly area?: AreaInput | null;
  readonly hysteresisMeters?: number | null;
}

interface DeleteInput {
  readonly id: string;
  readonly expectedVersion: number;
}

export const geofenceMutations = {
  createGeofence: (_parent: unknown, { input }: { input: CreateInput }, context: TrackingContext) =>
    payloadOf(async () => {
      const { accountId } = accountOf(context);
      const key = parseIdempotencyKey(input.idempotencyKey);
      const wanted = {
        name: parseName(input.name),
        area: parseArea(input.area),
        hysteresisMeters: parseHysteresis(input.hysteresisMeters),
      };
      return { geofence: await createGeofence(context.transact, { accountId, key }, wanted, context.clock()) };
    }),

  updateGeofence: (_parent: unknown, { input }: { input: UpdateInput }, { transact, clock }: TrackingContext) =>
    payloadOf(async () => {
      const { id, expectedVersion, name, area, hysteresisMeters } = input;
      const changes = {
        ...(name != null && { name: parseName(name) }),
        ...(area != null && { area: parseArea(area) }),
        ...(hysteresisMeters != null && { hysteresisMeters: parseHysteresis(hysteresisMeters) }),
      };
      const changed = await updateGeofence(transact, id, expectedVersion, changes, clock());
      return { geofence: changed.geofence, userErrors: conflictsOf(changed, expectedVersion) };
    }),

  deleteGeofence: (_parent: unknown, { input }: { input: DeleteInput }, { transact }: TrackingContext) =>
    payloadOf(async () => {
      const changed = await deleteGeofence(transact, input.id, input.expectedVersion);
      const userErrors = conflictsOf(changed, input.expectedVersion);
      return changed.kind === 'CONFLICT'
        ? { geofence: changed.geofence, userErrors }
        : { deletedGeofenceId: changed.geofence.id, userErrors };
    }),
};

function conflictsOf({ kind, geofence }: Changed, expected: number): UserError[] {
  if (kind === 'CHANGED') return [];
  const message = `This geofence is at version ${geofence.version}, not ${expected}. Load it again and repeat the change.`;
  return [{ code: 'CONFLICT', field: ['expectedVersion'], message }];
}
