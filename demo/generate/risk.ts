import type { RiskSignals, RiskVerdict, WatchlistEntry } from '../world.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { Mint } from './identifiers.ts';
import type { Cancellation } from './life.ts';
import type { Random } from './random.ts';
import type { ShipmentPlan } from './shipments.ts';

export const NEW_ACCOUNT_DAYS = 30;
export const HIGH_VALUE_CENTS = 10_000_000;
export const LITTLE_HISTORY_BOOKINGS = 10;
export const UNUSUAL_LANE_PER_MONTH = 1;
export const BURST_BOOKINGS = 5;

const points: Readonly<Record<keyof RiskSignals, number>> = {
  newAccount: 10,
  highValueLittleHistory: 15,
  unusualLane: 12,
  burst: 8,
  watchlisted: 100,
};

export interface RiskFinding {
  readonly signals: RiskSignals;
  readonly score: number;
  readonly verdict: RiskVerdict;
  readonly decision: {
    readonly decision: 'APPROVED' | 'REJECTED';
    readonly at: number;
    readonly reason: string;
  } | null;
}

/** A plan that has been through the risk rules; `risk` is null when it is cancelled before it is booked. */
export interface AssessedPlan extends ShipmentPlan {
  readonly risk: RiskFinding | null;
}

/** Judges every booking in the order of booking, as the rules would have done at the time. */
export function assessPlans(
  plans: readonly ShipmentPlan[],
  lanesPerMonth: ReadonlyMap<string, number>,
  random: Random,
): AssessedPlan[] {
  const histories = new Map<string, { bookings: number[]; lanes: Set<string> }>();
  const byBooking = [...plans].sort((left, right) => left.life.bookedAt - right.life.bookedAt);
  return byBooking.map((plan): AssessedPlan => {
    const { life, shipper, lane } = plan;
    if (life.cancellation !== null && life.cancellation.at <= life.bookedAt) return { ...plan, risk: null };
    const history = histories.get(shipper.organization.id) ?? { bookings: [], lanes: new Set<string>() };
    histories.set(shipper.organization.id, history);
    const inLastHour = 1 + countSince(history.bookings, life.bookedAt - HOUR_MS);
    const signals: RiskSignals = {
      newAccount: life.bookedAt - shipper.organization.createdAt.getTime() < NEW_ACCOUNT_DAYS * DAY_MS,
      highValueLittleHistory:
        plan.load.valueCents >= HIGH_VALUE_CENTS && history.bookings.length < LITTLE_HISTORY_BOOKINGS,
      unusualLane: !history.lanes.has(lane.lane.id) && (lanesPerMonth.get(lane.lane.id) ?? 0) < UNUSUAL_LANE_PER_MONTH,
      burst: inLastHour > BURST_BOOKINGS,
      watchlisted: plan.watchlisted,
    };
    history.bookings.push(life.bookedAt);
    history.lanes.add(lane.lane.id);
    return judge(plan, signals, random);
  });
}

/** Score of the signals, 0 to 100. */
export function scoreOf(signals: RiskSignals): number {
  const names = Object.keys(points) as (keyof RiskSignals)[];
  return Math.min(
    100,
    names.reduce((sum, name) => sum + (signals[name] ? points[name] : 0), 0),
  );
}

export function verdictOf(score: number): RiskVerdict {
  return score > 75 ? 'BLOCK' : score > 40 ? 'REVIEW' : 'CLEAR';
}

function judge(plan: ShipmentPlan, signals: RiskSignals, random: Random): AssessedPlan {
  const score = scoreOf(signals);
  const verdict = verdictOf(score);
  if (verdict === 'CLEAR') return { ...plan, risk: { signals, score, verdict, decision: null } };
  if (verdict === 'BLOCK') {
    const at = plan.life.pickup.start - HOUR_MS / 2;
    return {
      ...cancelled(plan, at, 'Blocked: a party is on the watchlist'),
      risk: { signals, score, verdict, decision: null },
    };
  }
  return review(plan, { signals, score, verdict, decision: null }, random);
}

function review(plan: ShipmentPlan, finding: RiskFinding, random: Random): AssessedPlan {
  const { life } = plan;
  const decidedAt = life.bookedAt + Math.round(random.between(0.05, 0.4) * (life.pickup.start - life.bookedAt));
  const approved = random.chance(0.65);
  const decision = {
    decision: approved ? ('APPROVED' as const) : ('REJECTED' as const),
    at: decidedAt,
    reason: approved
      ? 'Customer confirmed by phone, papers in order'
      : 'Customer could not prove the origin of the goods',
  };
  const risk = { ...finding, decision };
  if (!approved) return { ...cancelled(plan, decidedAt + 10 * MINUTE_MS, 'Rejected in review'), risk };
  const assignedAt = Math.max(life.assignedAt, decidedAt + 5 * MINUTE_MS);
  return { ...plan, life: { ...life, assignedAt }, risk };
}

/** The plan, cancelled by a dispatcher unless it was cancelled earlier. */
export function cancelled<P extends ShipmentPlan>(plan: P, at: number, note: string): P {
  const earlier = plan.life.cancellation;
  if (earlier !== null && earlier.at <= at) return plan;
  const cancellation: Cancellation = { at, by: 'DISPATCHER', note };
  return { ...plan, life: { ...plan.life, cancellation } };
}

function countSince(ascending: readonly number[], since: number): number {
  let count = 0;
  while (count < ascending.length && (ascending[ascending.length - 1 - count] as number) > since) count++;
  return count;
}

/** Two invented companies nobody should carry for. */
export function createWatchlist(mint: Mint, startMs: number): WatchlistEntry[] {
  return [
    { name: 'Oleander Shoal Trading', reason: 'Collected loads under false papers in three states', daysBefore: 210 },
    { name: 'Corvo Negro Exportaciones', reason: 'Named in a customs fraud inquiry', daysBefore: 96 },
  ].map(({ name, reason, daysBefore }) => {
    const addedAtMs = Math.floor(startMs - daysBefore * DAY_MS);
    return { id: mint<'WatchlistEntry'>(addedAtMs), name, reason, addedAt: new Date(addedAtMs) };
  });
}
