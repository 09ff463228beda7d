import { z } from 'zod';
import { expectedVersion, id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { withOldNames } from '#shared/input/old-names.ts';
import { line } from '#shared/input/text.ts';
import { areaInput } from './area-input.ts';

export const maxNameLength = 120;

const name = line(1, maxNameLength);
const hysteresisMeters = z.number().min(0).max(1_000);

export const createGeofenceInput = z.object({ idempotencyKey, name, area: areaInput, hysteresisMeters });
export type CreateGeofence = z.infer<typeof createGeofenceInput>;

const oldId = { geofenceId: 'id' } as const;

export const updateGeofenceInput = withOldNames(
  z.object({
    geofenceId: id,
    expectedVersion,
    name: name.nullish(),
    area: areaInput.nullish(),
    hysteresisMeters: hysteresisMeters.nullish(),
  }),
  oldId,
);
export type UpdateGeofence = z.infer<typeof updateGeofenceInput>;

export const deleteGeofenceInput = withOldNames(z.object({ geofenceId: id, expectedVersion }), oldId);
export type ExpectedGeofence = z.infer<typeof deleteGeofenceInput>;
