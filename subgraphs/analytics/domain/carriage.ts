import { type Day, dayOf, daysOf } from './day.ts';
import type { Fact } from './facts.ts';

/** One load on a truck: picked up, and delivered or given up. What is not known yet is null. */
export interface Carriage {
  readonly driverId: string | null;
  readonly pickedUpAt: string | null;
  readonly endedAt: string | null;
}

export const unknownCarriage: Carriage = { driverId: null, pickedUpAt: null, endedAt: null };
export type CarriageFact = Extract<Fact, { kind: 'carriage' }>;

/**
 * What is known of a load after one more of its events, in whatever order they come: the earliest pickup and the latest
 * end hold, and who drove is what the end says. A load that is picked up again after trouble has been on the truck since
 * its first pickup.
 */
export function merge(known: Carriage, news: CarriageFact): Carriage {
  const [telling, other] = news.endedAt || !known.endedAt ? [news, known] : [known, news];
  return {
    driverId: telling.driverId ?? other.driverId,
    pickedUpAt: outermost(known.pickedUpAt, news.pickedUpAt, Math.min),
    endedAt: outermost(known.endedAt, news.endedAt, Math.max),
  };
}

/** What a change in what is known of a load means for its driver's days: the old days are taken back, the new ones added. */
export function carriageFacts(before: Carriage, after: Carriage): Fact[] {
  return [...countDays(before, -1), ...countDays(after, 1)];
}

/** The days on which a finished load was on the truck; none as long as its end is open. */
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
