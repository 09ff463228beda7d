import { DAY_MS, HOUR_MS, type LocalClock, MINUTE_MS } from './calendar.ts';
import { transitMs } from './lanes.ts';
import type { Random } from './random.ts';
import type { DelayReason, ShipmentStatus } from './world.ts';

/** Unix milliseconds. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

export interface Trouble {
  readonly from: 'IN_TRANSIT' | 'OUT_FOR_DELIVERY';
  readonly at: number;
  /** When it goes on, or is given up. */
  readonly endsAt: number;
  readonly recovered: boolean;
  readonly note: string;
}

export interface Cancellation {
  readonly at: number;
  readonly by: 'CUSTOMER' | 'DISPATCHER';
  readonly note: string;
}

/** The whole course of a shipment in Unix milliseconds, as it would go if nobody stopped it; `now` plays no part. */
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

/** What chance decides about a life, apart from when it begins. Durations in milliseconds, shares in [0, 1). */
export interface Fate {
  readonly bookAfter: number;
  readonly lead: number;
  readonly windowLength: number;
  readonly pickupShare: number;
  readonly dwell: number;
  readonly pace: number;
  readonly outLead: number;
  readonly assignShare: number;
  readonly deliveryShare: number;
  readonly late: { readonly reason: DelayReason; readonly lateMs: number; readonly reportShare: number } | null;
  readonly trouble: {
    readonly from: Trouble['from'];
    readonly share: number;
    readonly lasts: number;
    readonly recovered: boolean;
    readonly note: string;
  } | null;
  readonly cancel: {
    readonly stage: 'DRAFT' | 'BOOKED' | 'ASSIGNED';
    readonly share: number;
    readonly by: Cancellation['by'];
    readonly note: string;
  } | null;
}

export interface Route {
  readonly meters: number;
  /** Of `meters`, up to the intermediate stop; null without one. */
  readonly middleMeters: number | null;
  readonly originZone: string;
  readonly destinationZone: string;
  readonly middleZone: string | null;
}

/** What layouts without a clock are rounded to. */
export const GRID_MS = 5 * MINUTE_MS;

const CANCEL_SHARE = 0.021;
const TROUBLE_SHARE = 0.02;
const LATE_SHARE = 0.077;

const troubleNotes = {
  IN_TRANSIT: [
    'Truck broke down, waiting for a tow',
    'Road closed by a storm',
    'Held at inspection, papers incomplete',
  ],
  OUT_FOR_DELIVERY: [
    'Consignee refused part of the load',
    'Dock closed, nobody to receive',
    'Pallets damaged, under claim',
  ],
} as const;

const cancelNotes = {
  CUSTOMER: ['Order withdrawn by the buyer', 'Goods not ready', 'Booked twice by mistake', 'Moved to another date'],
  DISPATCHER: ['Shipper did not answer', 'Dangerous goods without papers', 'Dock cannot take the trailer'],
} as const;

/** Draws a fate. `winter` raises the chance of being late. */
export function drawFate(random: Random, winter: boolean, international: boolean): Fate {
  const lateShare = LATE_SHARE * (winter ? 1.5 : 0.9) * (international ? 1.35 : 1);
  return {
    bookAfter: Math.round(4 * MINUTE_MS + -Math.log(1 - random.unit()) * 55 * MINUTE_MS),
    lead: Math.round(random.between(5, 22) * HOUR_MS + (random.chance(0.6) ? random.between(0, 84) * HOUR_MS : 0)),
    windowLength: random.pick([2, 2, 3, 4]) * HOUR_MS,
    pickupShare: random.between(0, 0.95),
    dwell: Math.round(random.between(20, 75) * MINUTE_MS),
    pace: random.between(0.97, 1.07),
    outLead: Math.round(random.between(40, 150) * MINUTE_MS),
    assignShare: random.between(0.15, 0.85),
    deliveryShare: random.between(0, 0.95),
    late: random.chance(lateShare) ? drawLateness(random, winter, international) : null,
    trouble: random.chance(TROUBLE_SHARE) ? drawTrouble(random) : null,
    cancel: random.chance(CANCEL_SHARE) ? drawCancellation(random) : null,
  };
}

function drawLateness(random: Random, winter: boolean, international: boolean): NonNullable<Fate['late']> {
  const reasons: DelayReason[] = ['TRAFFIC', 'TRAFFIC', 'MECHANICAL', 'FACILITY', 'WEATHER'];
  if (winter) reasons.push('WEATHER', 'WEATHER', 'WEATHER');
  if (international) reasons.push('CUSTOMS', 'CUSTOMS', 'CUSTOMS');
  return {
    reason: random.pick(reasons),
    lateMs: Math.round(Math.min(72, Math.exp(0.95 + 0.95 * random.normal())) * HOUR_MS + 5 * MINUTE_MS),
    reportShare: random.between(0.3, 0.9),
  };
}

/** `recovered` null leaves it to chance. */
export function drawTrouble(random: Random, recovered: boolean | null = null): NonNullable<Fate['trouble']> {
  const from = random.chance(0.65) ? ('IN_TRANSIT' as const) : ('OUT_FOR_DELIVERY' as const);
  const ends = recovered ?? random.chance(0.8);
  return {
    from,
    share: random.between(0.1, 0.9),
    lasts: Math.round(ends ? random.between(5, 36) * HOUR_MS : random.between(2, 16) * DAY_MS),
    recovered: ends,
    note: random.pick(troubleNotes[from]),
  };
}

function drawCancellation(random: Random): NonNullable<Fate['cancel']> {
  const by = random.chance(0.8) ? ('CUSTOMER' as const) : ('DISPATCHER' as const);
  return {
    stage: random.pick(['DRAFT', 'BOOKED', 'BOOKED', 'BOOKED', 'ASSIGNED', 'ASSIGNED'] as const),
    share: random.between(0.05, 0.95),
    by,
    note: random.pick(cancelNotes[by]),
  };
}

/**
 * Lays a fate out in time. With a clock, windows fall on the docks' working hours (6 to 18 local time); without one the
 * layout is the same wherever on the grid it begins, which lets a shipment be placed around a given moment.
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
  const [from, until] = {
    DRAFT: [createdAt, bookedAt],
    BOOKED: [bookedAt, assignedAt],
    ASSIGNED: [assignedAt, pickedUpAt],
  }[cancel.stage] as [number, number];
  return { at: from + Math.round(cancel.share * (until - from)), by: cancel.by, note: cancel.note };
}

export interface Step {
  readonly status: ShipmentStatus;
  readonly at: number;
  readonly note: string | null;
}

/** The statuses of a life in order; without a truck it ends at BOOKED (or at its cancellation). */
export function stepsOf(life: Life, hasTruck: boolean): Step[] {
  const steps: Step[] = [step('DRAFT', life.createdAt), step('BOOKED', life.bookedAt)];
  if (hasTruck) steps.push(...stepsOnTheRoad(life));
  const { cancellation } = life;
  if (cancellation === null) return steps;
  return [...steps.filter(({ at }) => at < cancellation.at), step('CANCELLED', cancellation.at, cancellation.note)];
}

function stepsOnTheRoad(life: Life): Step[] {
  const { trouble } = life;
  const start = [
    step('ASSIGNED', life.assignedAt),
    step('PICKED_UP', life.pickedUpAt),
    step('IN_TRANSIT', life.departedAt),
  ];
  const end = [step('OUT_FOR_DELIVERY', life.outAt), step('DELIVERED', life.deliveredAt)];
  if (trouble === null) return [...start, ...end];
  const before = trouble.from === 'IN_TRANSIT' ? start : [...start, step('OUT_FOR_DELIVERY', life.outAt)];
  const fall = [...before, step('EXCEPTION', trouble.at, trouble.note)];
  if (!trouble.recovered) return [...fall, step('CANCELLED', trouble.endsAt, 'Given up, settled as a claim')];
  const resumed = step(trouble.from, trouble.endsAt, 'Solved, going on');
  return trouble.from === 'IN_TRANSIT'
    ? [...fall, resumed, ...end]
    : [...fall, resumed, step('DELIVERED', life.deliveredAt)];
}

function step(status: ShipmentStatus, at: number, note: string | null = null): Step {
  return { status, at, note };
}

/** The same life with everything from the pickup on moved by `ms`; booking, assignment and cancellation stay. */
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

/** Until when driver and vehicle are held: the delivery, the planned end if cancelled, half a day after giving up. */
export function heldUntil(life: Life): number {
  const { trouble } = life;
  if (trouble !== null && !trouble.recovered) return Math.max(life.delivery.end, trouble.at + 12 * HOUR_MS);
  if (life.cancellation !== null) return life.delivery.end;
  return life.deliveredAt;
}
