import { transitMs } from '#shared/geo/hours-of-service.ts';
import type { DelayReason } from '../world.ts';
import { HOUR_MS, type LocalClock, MINUTE_MS } from './calendar.ts';
import type { Fate } from './fate.ts';

/** Unix milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export interface Trouble {
  readonly from: 'IN_TRANSIT' | 'OUT_FOR_DELIVERY';
  readonly at: number;
  /** When the shipment continues, or is abandoned. */
  readonly endsAt: number;
  readonly recovered: boolean;
  readonly note: string;
}

export interface Cancellation {
  readonly at: number;
  readonly by: 'CUSTOMER' | 'DISPATCHER';
  readonly note: string;
}

/** The planned course of a whole shipment in Unix milliseconds, independent of `now`. */
export interface Life {
  readonly createdAt: number;
  readonly bookedAt: number;
  readonly assignedAt: number;
  readonly pickup: Window;
  readonly pickedUpAt: number;
  readonly departedAt: number;
  readonly middle: { readonly window: Window; readonly arrivedAt: number } | null;
  readonly outAt: number;
  readonly delivery: Window;
  readonly deliveredAt: number;
  readonly delay: { readonly reason: DelayReason; readonly reportedAt: number; readonly lateMs: number } | null;
  readonly trouble: Trouble | null;
  readonly cancellation: Cancellation | null;
}

export interface Route {
  readonly meters: number;
  /** Metres up to the intermediate stop. Null without one. */
  readonly middleMeters: number | null;
  readonly originZone: string;
  readonly destinationZone: string;
}

/** Layouts without a clock are rounded to this. */
export const GRID_MS = 5 * MINUTE_MS;

/**
 * Turns the random choices into times. With a clock, windows fall into the docks' working hours (6 to 18 local time). Without a clock,
 * the layout does not depend on its start, so a shipment can be placed around a given moment.
 */
export function layOut(fate: Fate, route: Route, createdAt: number, clock: LocalClock | null): Life {
  const withinHours = (at: number, zone: string): number =>
    clock === null ? Math.ceil(at / GRID_MS) * GRID_MS : clock.nextWithin(at, zone, 6, 17);
  const bookedAt = createdAt + fate.bookAfter;
  const pickup = windowFrom(withinHours(bookedAt + fate.lead, route.originZone), fate.windowLength);
  const pickedUpAt = pickup.start + Math.round(fate.pickupShare * fate.windowLength);
  const departedAt = pickedUpAt + fate.dwell;
  const assignedAt = bookedAt + Math.round(fate.assignShare * (pickup.start - HOUR_MS - bookedAt));

  const middleDwell = route.middleMeters === null ? 0 : HOUR_MS;
  const typical = transitMs(route.meters) + middleDwell;
  const driving = Math.round(transitMs(route.meters) * fate.pace) + middleDwell;
  const planned = pickup.end + Math.round(typical * 1.08) + HOUR_MS;
  const delivery = windowFrom(withinHours(planned, route.destinationZone), 4 * HOUR_MS);

  const near = departedAt + driving;
  const onTime = delivery.start + Math.round(fate.deliveryShare * (delivery.end - delivery.start));
  const wanted = fate.late === null ? onTime : delivery.end + fate.late.lateMs;
  const smooth = Math.max(near + fate.outLead, wanted);
  const rough = fate.trouble === null ? null : layOutTrouble(fate, fate.trouble, departedAt, driving, smooth);
  const deliveredAt = rough?.deliveredAt ?? smooth;
  const outAt = rough?.outAt ?? smooth - fate.outLead;

  return {
    createdAt,
    bookedAt,
    assignedAt,
    pickup,
    pickedUpAt,
    departedAt,
    middle: layOutMiddle(route, departedAt, driving),
    outAt,
    delivery,
    deliveredAt,
    delay: layOutDelay(fate, delivery, departedAt, outAt),
    trouble: rough?.trouble ?? null,
    cancellation: layOutCancellation(fate, createdAt, bookedAt, assignedAt, pickedUpAt),
  };
}

function windowFrom(start: number, length: number): Window {
  return { start, end: start + length };
}

function layOutMiddle(route: Route, departedAt: number, driving: number): Life['middle'] {
  if (route.middleMeters === null) return null;
  const arrivedAt = departedAt + Math.round((driving - HOUR_MS) * (route.middleMeters / route.meters));
  const start = Math.floor(arrivedAt / HOUR_MS) * HOUR_MS - HOUR_MS;
  return { window: windowFrom(start, 4 * HOUR_MS), arrivedAt };
}

function layOutDelay(fate: Fate, delivery: Window, departedAt: number, outAt: number): Life['delay'] {
  if (fate.late === null) return null;
  const until = Math.max(departedAt, Math.min(outAt, delivery.end));
  const reportedAt = departedAt + Math.round(fate.late.reportShare * (until - departedAt));
  return { reason: fate.late.reason, reportedAt, lateMs: fate.late.lateMs };
}

function layOutTrouble(
  fate: Fate,
  { from, share, lasts, recovered, note }: NonNullable<Fate['trouble']>,
  departedAt: number,
  driving: number,
  smooth: number,
): { trouble: Trouble; outAt: number; deliveredAt: number } {
  if (from === 'IN_TRANSIT') {
    const at = departedAt + Math.max(MINUTE_MS, Math.round(share * driving));
    const outAt = Math.max(smooth - fate.outLead, departedAt + driving + MINUTE_MS) + lasts;
    return { trouble: { from, at, endsAt: at + lasts, recovered, note }, outAt, deliveredAt: outAt + fate.outLead };
  }
  const outAt = smooth - fate.outLead;
  const at = outAt + Math.round(share * fate.outLead);
  return { trouble: { from, at, endsAt: at + lasts, recovered, note }, outAt, deliveredAt: at + lasts + fate.outLead };
}

function layOutCancellation(
  { cancel }: Fate,
  createdAt: number,
  bookedAt: number,
  assignedAt: number,
  pickedUpAt: number,
): Cancellation | null {
  if (cancel === null) return null;
  const spans = {
    DRAFT: [createdAt, bookedAt],
    BOOKED: [bookedAt, assignedAt],
    ASSIGNED: [assignedAt, pickedUpAt],
  } as const;
  const [from, until] = spans[cancel.stage];
  return { at: from + Math.round(cancel.share * (until - from)), by: cancel.by, note: cancel.note };
}

/** The same course with everything from the pickup on moved by `ms`. Booking, assignment and cancellation stay. */
export function postponed(life: Life, ms: number): Life {
  const moved = ({ start, end }: Window): Window => ({ start: start + ms, end: end + ms });
  const { middle, delay, trouble } = life;
  return {
    ...life,
    pickup: moved(life.pickup),
    pickedUpAt: life.pickedUpAt + ms,
    departedAt: life.departedAt + ms,
    middle: middle && { window: moved(middle.window), arrivedAt: middle.arrivedAt + ms },
    outAt: life.outAt + ms,
    delivery: moved(life.delivery),
    deliveredAt: life.deliveredAt + ms,
    delay: delay && { ...delay, reportedAt: delay.reportedAt + ms },
    trouble: trouble && { ...trouble, at: trouble.at + ms, endsAt: trouble.endsAt + ms },
  };
}

/** Until when driver and vehicle are reserved: delivery, the planned end of a cancelled load, or the moment an abandoned load ends. */
export function heldUntil(life: Life): number {
  const { trouble, cancellation } = life;
  if (cancellation !== null) return life.delivery.end;
  return trouble !== null && !trouble.recovered ? trouble.endsAt : life.deliveredAt;
}
