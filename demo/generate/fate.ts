import type { DelayReason } from '../world.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { Random } from './random.ts';

/** The random choices about a shipment, except its start. Durations in milliseconds, shares in [0, 1). */
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
    readonly from: 'IN_TRANSIT' | 'OUT_FOR_DELIVERY';
    readonly share: number;
    readonly lasts: number;
    readonly recovered: boolean;
    readonly note: string;
  } | null;
  readonly cancel: {
    readonly stage: 'DRAFT' | 'BOOKED' | 'ASSIGNED';
    readonly share: number;
    readonly by: 'CUSTOMER' | 'DISPATCHER';
    readonly note: string;
  } | null;
}

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

/** Draws the random choices of a shipment. `winter` raises the chance of a delay. */
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

/** When `recovered` is null, it is drawn too. */
export function drawTrouble(random: Random, recovered: boolean | null = null): NonNullable<Fate['trouble']> {
  const from = random.chance(0.65) ? ('IN_TRANSIT' as const) : ('OUT_FOR_DELIVERY' as const);
  const ends = recovered ?? random.chance(0.8);
  return {
    from,
    share: random.between(0.1, 0.9),
    // An abandoned load keeps its truck until then, so this takes days, not weeks.
    lasts: Math.round(ends ? random.between(5, 36) * HOUR_MS : random.between(1, 4) * DAY_MS),
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
