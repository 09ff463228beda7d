import { type Day, dayOf, daysOf } from './day.ts';
import type { Fact } from './facts.ts';

/** A load on a truck, from pickup to delivery or cancellation. Unknown values are null. */
export interface Carriage {
  readonly driverId: string | null;
  readonly pickedUpAt: string | null;
  readonly endedAt: string | null;
}

export const unknownCarriage: Carriage = { driverId: null, pickedUpAt: null, endedAt: null };
export type CarriageFact = Extract<Fact, { kind: 'carriage' }>;

/**
 * Merges one more event into what is known of a load. Events may arrive in any order: the earliest pickup, the latest end
 * and the driver named by the end apply. A load that is picked up again after an exception counts as on the truck since
 * its first pickup.
 */
export function merge(known: Carriage, added: CarriageFact): Carriage {
  const [leading, other] = added.endedAt || !known.endedAt ? [added, known] : [known, added];
  return {
    driverId: leading.driverId ?? other.driverId,
    pickedUpAt: outermost(known.pickedUpAt, added.pickedUpAt, Math.min),
    endedAt: outermost(known.endedAt, added.endedAt, Math.max),
  };
}

/** The facts of a changed carriage. They subtract its old days from the days of its driver and add the new ones. */
export function carriageFacts(before: Carriage, after: Carriage): Fact[] {
  return [...countDays(before, -1), ...countDays(after, 1)];
}

/** The days on which a finished load was on the truck. Empty while its end is unknown. */
function carriedDays({ pickedUpAt, endedAt }: Carriage): Day[] {
  return pickedUpAt && endedAt ? daysOf(dayOf(pickedUpAt), dayOf(endedAt)) : [];
}

function countDays(carriage: Carriage, loadsCarried: number): Fact[] {
  const { driverId } = carriage;
  if (driverId === null) return [];
  return carriedDays(carriage).map((day) => ({ kind: 'driver', day, driverId, amounts: { loadsCarried } }));
}

function outermost(left: string | null, right: string | null, choose: (...times: number[]) => number): string | null {
  if (left === null || right === null) return left ?? right;
  return new Date(choose(Date.parse(left), Date.parse(right))).toISOString();
}
