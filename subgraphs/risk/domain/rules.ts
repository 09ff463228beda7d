import { Decimal } from 'decimal.js';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import { type RiskContribution, type RiskFacts, type RiskRule, riskRules } from './vocabulary.ts';

/**
 * Points of each rule, and the scores above which a booking is reviewed or blocked: given by the product. Without the
 * watchlist all rules together make 45, so only a booking that meets all four is reviewed.
 */
export const pointsOf: Readonly<Record<RiskRule, number>> = {
  NEW_ACCOUNT: 10,
  HIGH_VALUE_LITTLE_HISTORY: 15,
  UNUSUAL_LANE: 12,
  BURST: 8,
  WATCHLIST: 100,
};
export const reviewAbove = 40;
export const blockAbove = 75;
const highestScore = 100;

/** An organization's first invoice (net 30) is not due before this age: nobody knows yet whether it pays. */
export const newOrganizationDays = 30;
/** A fresh account under an old name is how stolen names are used; a week is what it takes to notice and call back. */
const newAccountDays = 7;
/**
 * 100,000 USD is the cargo cover that carriers usually hold per load: above it a loss is ours. Other currencies at
 * rounded rates; the exact rate does not matter to a rule of thumb. Unlisted ones are taken as dollars, on the safe side.
 */
export const highValueCents: Readonly<Record<string, number>> = { USD: 10_000_000, CAD: 13_500_000, MXN: 180_000_000 };
/** Ten bookings are some two months of a small shipper's freight, enough to have been paid and delivered for. */
export const littleHistoryBookings = 10;
/** Below one shipment a month of all customers together there is no habit a booking could follow. */
export const unusualLanePerMonth = 1;
/** More bookings than this within an hour: people type slower, and integrations spread theirs over the day. */
export const burstBookings = 5;

/** The limits of each rule by name, as text: what an assessment keeps and the policy shows. */
export const limitsOf: Readonly<Record<RiskRule, Readonly<Record<string, string>>>> = {
  NEW_ACCOUNT: { newOrganizationDays: `${newOrganizationDays}`, newAccountDays: `${newAccountDays}` },
  HIGH_VALUE_LITTLE_HISTORY: {
    ...Object.fromEntries(
      Object.entries(highValueCents).map(([currency, cents]) => [`highValue${currency}`, money(cents)]),
    ),
    littleHistoryBookings: `${littleHistoryBookings}`,
  },
  UNUSUAL_LANE: { unusualLanePerMonth: `${unusualLanePerMonth}` },
  BURST: { burstBookings: `${burstBookings}`, withinSeconds: '3600' },
  WATCHLIST: {},
};

export interface RiskOutcome {
  /** 0 to 100. */
  readonly score: number;
  readonly verdict: RiskVerdict;
  /** Of the rules that hold, in the order of `riskRules`. */
  readonly contributions: readonly RiskContribution[];
}

/** Judges a booking by its facts alone: the same facts give the same outcome. */
export function assess(facts: RiskFacts): RiskOutcome {
  const contributions = riskRules.flatMap((rule) => {
    const finding = findings[rule](facts);
    return finding ? [{ rule, points: pointsOf[rule], ...finding }] : [];
  });
  const score = scoreOf(contributions.map(({ rule }) => rule));
  return { score, verdict: verdictOf(score), contributions };
}

/** 0 to 100: the points of the rules that hold. */
export function scoreOf(rules: readonly RiskRule[]): number {
  return Math.min(
    highestScore,
    rules.reduce((sum, rule) => sum + pointsOf[rule], 0),
  );
}

export function verdictOf(score: number): RiskVerdict {
  return score > blockAbove ? 'BLOCK' : score > reviewAbove ? 'REVIEW' : 'ALLOW';
}

type Finding = Pick<RiskContribution, 'reason' | 'parameters'>;

const findings: Readonly<Record<RiskRule, (facts: RiskFacts) => Finding | undefined>> = {
  NEW_ACCOUNT: newAccount,
  HIGH_VALUE_LITTLE_HISTORY: highValueLittleHistory,
  UNUSUAL_LANE: unusualLane,
  BURST: burst,
  WATCHLIST: watchlist,
};

function newAccount({ organizationAgeDays, accountAgeDays }: RiskFacts): Finding | undefined {
  const parameters = limitsOf.NEW_ACCOUNT;
  if (organizationAgeDays === null) {
    return { reason: 'Nothing is known of the organization yet.', parameters };
  }
  if (organizationAgeDays < newOrganizationDays) {
    return {
      reason: `The organization was ${days(organizationAgeDays)} old; it counts as new for ${newOrganizationDays} days.`,
      parameters,
    };
  }
  if (accountAgeDays !== null && accountAgeDays < newAccountDays) {
    return {
      reason: `The account that booked was ${days(accountAgeDays)} old; it counts as new for ${newAccountDays} days.`,
      parameters,
    };
  }
  return undefined;
}

function highValueLittleHistory({ valueCents, currency, earlierBookings }: RiskFacts): Finding | undefined {
  const limit = highValueCents[currency] ?? (highValueCents['USD'] as number);
  if (valueCents < limit || earlierBookings >= littleHistoryBookings) return undefined;
  return {
    reason: `${money(valueCents)} ${currency} declared after ${earlierBookings} earlier bookings; from ${money(limit)} ${currency} on, ${littleHistoryBookings} are expected.`,
    parameters: { highValue: `${money(limit)} ${currency}`, littleHistoryBookings: `${littleHistoryBookings}` },
  };
}

function unusualLane({ lane, laneShipmentsPerMonth, firstOnLane }: RiskFacts): Finding | undefined {
  if (!firstOnLane || laneShipmentsPerMonth >= unusualLanePerMonth) return undefined;
  return {
    reason: `First booking of the organization on ${lane}, which saw ${laneShipmentsPerMonth.toFixed(2)} shipments a month; below ${unusualLanePerMonth} is unusual.`,
    parameters: limitsOf.UNUSUAL_LANE,
  };
}

function burst({ bookingsInHour }: RiskFacts): Finding | undefined {
  if (bookingsInHour <= burstBookings) return undefined;
  return {
    reason: `${bookingsInHour} bookings of the organization within an hour; more than ${burstBookings} are unusual.`,
    parameters: limitsOf.BURST,
  };
}

function watchlist({ watchlist: matches }: RiskFacts): Finding | undefined {
  if (matches.length === 0) return undefined;
  const named = matches.map(({ kind, value, reason }) => `${kind.toLowerCase()} "${value}" (${reason})`);
  return {
    reason: `On the watchlist: ${named.join('; ')}.`,
    parameters: { entries: matches.map(({ entryId }) => entryId).join(', ') },
  };
}

function days(count: number): string {
  return `${count.toFixed(1)} days`;
}

function money(cents: number): string {
  return new Decimal(cents).div(100).toFixed(2);
}
