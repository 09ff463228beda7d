import { z } from 'zod';
import type { Position } from '../domain/position.ts';

/** A position in a message of a live topic, with times as text. */
const message = z.object({
  vehicleId: z.uuid(),
  driverId: z.uuid().nullable(),
  recordedAt: z.coerce.date(),
  latitude: z.number(),
  longitude: z.number(),
  accuracyMeters: z.number(),
  speedMetersPerSecond: z.number().nullable(),
  headingDegrees: z.number().nullable(),
  sequence: z.number().nullable(),
  receivedAt: z.coerce.date(),
});

export function encodeMove(position: Position): unknown {
  return position;
}

export function decodeMove(payload: unknown): Position {
  return message.parse(payload);
}
