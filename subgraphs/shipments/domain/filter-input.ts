import { z } from 'zod';
import { parseArgument } from '#shared/input/parse-input.ts';
import { line, text } from '#shared/input/text.ts';
import { timeRange } from '#shared/input/time-range.ts';
import { equipmentKinds, shipmentStatuses } from '#shared/vocabulary.ts';

const place = z.object({
  country: text(1, 60).nullish(),
  region: text(1, 60).nullish(),
  city: text(1, 120).nullish(),
  hubCode: text(1, 10).nullish(),
});
export type PlaceFilter = z.infer<typeof place>;

/** Shipments that a filter can name one by one. */
const maxNamed = 100;

const filter = z.object({
  statuses: z.array(z.enum(shipmentStatuses)).max(50).nullish(),
  organizationId: z.string().nullish(),
  driverId: z.string().nullish(),
  vehicleId: z.string().nullish(),
  ids: z.array(z.string()).max(maxNamed).nullish(),
  references: z.array(line(1, 64)).max(maxNamed).nullish(),
  customerReferences: z.array(line(1, 64)).max(maxNamed).nullish(),
  equipment: z.array(z.enum(equipmentKinds)).max(50).nullish(),
  origin: place.nullish(),
  destination: place.nullish(),
  created: timeRange.nullish(),
  deliverBy: timeRange.nullish(),
  delivered: timeRange.nullish(),
  updated: timeRange.nullish(),
  statusChanged: timeRange.nullish(),
  pickup: timeRange.nullish(),
  late: z.boolean().nullish(),
  willBeLate: z.boolean().nullish(),
  unassigned: z.boolean().nullish(),
  imported: z.boolean().nullish(),
  search: text(1, 200).pipe(z.string().min(2, 'Must have at least 2 characters.')).nullish(),
});
export type ShipmentFilter = z.infer<typeof filter>;

/** Parses the filter of a list. @throws GraphError BAD_USER_INPUT with the first fault */
export function parseFilter(input: unknown): ShipmentFilter {
  return parseArgument(filter, 'filter', input ?? {});
}
