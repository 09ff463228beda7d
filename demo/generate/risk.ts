import type { RiskVerdict } from '#shared/vocabulary.ts';
import {
  burstBookings,
  highValueCents,
  littleHistoryBookings,
  newOrganizationDays,
  scoreOf,
  unusualLanePerMonth,
  verdictOf,
} from '../../subgraphs/risk/domain/rules.ts';
import { type RiskRule, riskRules } from '../../subgraphs/risk/domain/vocabulary.ts';
import type { WatchlistEntry } from '../world.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './calendar.ts';
import type { Mint } from './identifiers.ts';
import type { Cancellation } from './life.ts';
import type { Random } from './random.ts';
import type { ShipmentPlan } from './shipments.ts';

export interface RiskFinding {
  readonly rules: readonly RiskRule[];
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
    const holds: Readonly<Record<RiskRule, boolean>> = {
      NEW_ACCOUNT: life.bookedAt - shipper.organization.createdAt.getTime() < newOrganizationDays * DAY_MS,
      HIGH_VALUE_LITTLE_HISTORY:
        plan.load.valueCents >= highValueCents('USD') && history.bookings.length < littleHistoryBookings,
      UNUSUAL_LANE: !history.lanes.has(lane.lane.id) && (lanesPerMonth.get(lane.lane.id) ?? 0) < unusualLanePerMonth,
      BURST: inLastHour > burstBookings,
      WATCHLIST: plan.watchlisted,
    };
    const rules = riskRules.filter((rule) => holds[rule]);
    history.bookings.push(life.bookedAt);
    history.lanes.add(lane.lane.id);
    return judge(plan, rules, random);
  });
}

function judge(plan: ShipmentPlan, rules: readonly RiskRule[], random: Random): AssessedPlan {
  const score = scoreOf(rules);
  const verdict = verdictOf(score);
  if (verdict === 'ALLOW') return { ...plan, risk: { rules, score, verdict, decision: null } };
  if (verdict === 'BLOCK') {
    const at = plan.life.pickup.start - HOUR_MS / 2;
    return {
      ...cancelled(plan, at, 'Blocked: a party is on the watchlist'),
      risk: { rules, score, verdict, decision: null },
    };
  }
  return review(plan, { rules, score, verdict, decision: null }, random);
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
  while (count < ascending.length && ascending[ascending.length - 1 - count]! > since) count++;
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
