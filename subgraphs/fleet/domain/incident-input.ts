import { z } from 'zod';
import { id } from '#shared/input/id.ts';
import { idempotencyKey } from '#shared/input/idempotency-key.ts';
import { text } from '#shared/input/text.ts';
import { incidentSeverities } from '#shared/vocabulary.ts';
import { incidentKinds } from './incident.ts';

const dayMs = 86_400_000;
/** Clocks of phones run a little ahead. */
const aheadMs = 5 * 60_000;

/** An incident's input as of `now`. */
export function reportIncident(now: Date) {
  return z.object({
    driverId: id,
    vehicleId: id.nullish(),
    shipmentId: id.nullish(),
    kind: z.enum(incidentKinds),
    severity: z.enum(incidentSeverities),
    description: text(1, 2_000),
    occurredAt: z
      .date()
      .max(new Date(now.getTime() + aheadMs), 'Must not be in the future.')
      .min(new Date(now.getTime() - 366 * dayMs), 'Must be within the last year.'),
    idempotencyKey,
  });
}
export type ReportIncident = z.infer<ReturnType<typeof reportIncident>>;
