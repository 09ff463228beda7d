import { decimalsOf } from '#shared/input/currencies.ts';
import { moneyOf } from '#shared/input/money.ts';
import type { RiskVerdict } from '#shared/vocabulary.ts';
import { type RiskContribution, type RiskFacts, type RiskRule, riskRules } from './vocabulary.ts';

/**
 * Points of each rule, and the scores above which a booking is reviewed or blocked. The product defines them. Without the
 * watchlist, all rules together add up to 45, so only a booking that meets all four is reviewed.
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

/** Before this age, the first invoice of an organization (net 30) is not due, so it is unknown whether it pays. */
export const newOrganizationDays = 30;
/** Fraud with a stolen company name needs a new account. Within a week, the real company notices and calls. */
const newAccountDays = 7;
/**
 * 100,000 USD is the usual cargo insurance of a carrier per load. Above it, the company bears the loss. Other currencies
 * use rounded rates, which are exact enough for this rule. An unlisted currency counts as dollars, which is on the safe side
 * for currencies that are worth less.
 */
const highValues: Readonly<Record<string, number>> = {
  USD: 100_000,
  CAD: 135_000,
  MXN: 1_800_000,
  EUR: 85_000,
  GBP: 75_000,
  CHF: 80_000,
  KWD: 30_000,
  BHD: 37_000,
  OMR: 38_000,
  JOD: 70_000,
};

/** The high value in whole minor units of a currency. */
export function highValueCents(currency: string): number {
  return (highValues[currency] ?? highValues['USD']!) * 10 ** decimalsOf(currency);
}

/** Ten bookings are about two months of a small shipper's freight. By then the first ones are delivered and paid. */
export const littleHistoryBookings = 10;
/** A lane is unusual if all customers together send fewer shipments per month on it. */
export const unusualLanePerMonth = 1;
/** More bookings than this within an hour are a burst. People are slower, and integrations spread bookings over the day. */
export const burstBookings = 5;

/** The limits of each rule by name, as text. Assessments store them, and the policy shows them. */
export const limitsOf: Readonly<Record<RiskRule, Readonly<Record<string, string>>>> = {
  NEW_ACCOUNT: { newOrganizationDays: `${newOrganizationDays}`, newAccountDays: `${newAccountDays}` },
  HIGH_VALUE_LITTLE_HISTORY: {
    ...Object.fromEntries(Object.keys(highValues).map((currency) => [`highValue${currency}`, highValueText(currency)])),
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
  /** Contributions of the rules that apply, in the order of `riskRules`. */
  readonly contributions: readonly RiskContribution[];
}

/** Assesses a booking by its facts alone, so that equal facts give equal outcomes. */
export function assess(facts: RiskFacts): RiskOutcome {
  const contributions = riskRules.flatMap((rule) => {
    const finding = findings[rule](facts);
    return finding ? [{ rule, points: pointsOf[rule], ...finding }] : [];
  });
  const score = scoreOf(contributions.map(({ rule }) => rule));
  return { score, verdict: verdictOf(score), contributions };
}

/** Sum of the points of the rules that apply, at most 100. */
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
    return { reason: 'The organization is not known yet.', parameters };
  }
  if (organizationAgeDays < newOrganizationDays) {
    return {
      reason: `The organization was ${days(organizationAgeDays)} old. It counts as new for ${newOrganizationDays} days.`,
      parameters,
    };
  }
  if (accountAgeDays !== null && accountAgeDays < newAccountDays) {
    return {
      reason: `The account that booked was ${days(accountAgeDays)} old. It counts as new for ${newAccountDays} days.`,
      parameters,
    };
  }
  return undefined;
}

function highValueLittleHistory({ valueCents, currency, earlierBookings }: RiskFacts): Finding | undefined {
  if (valueCents < highValueCents(currency) || earlierBookings >= littleHistoryBookings) return undefined;
  const value = moneyOf(valueCents, currency).amount;
  const limit = highValueText(currency);
  return {
    reason: `The declared value is ${value} ${currency} after ${earlierBookings} earlier bookings. From ${limit} ${currency} on, ${littleHistoryBookings} are expected.`,
    parameters: { highValue: `${limit} ${currency}`, littleHistoryBookings: `${littleHistoryBookings}` },
  };
}

function highValueText(currency: string): string {
  return moneyOf(highValueCents(currency), currency).amount;
}

function unusualLane({ lane, laneShipmentsPerMonth, firstOnLane }: RiskFacts): Finding | undefined {
  if (!firstOnLane || laneShipmentsPerMonth >= unusualLanePerMonth) return undefined;
  return {
    reason: `This is the organization's first booking on ${lane}. The lane had ${laneShipmentsPerMonth.toFixed(2)} shipments a month, and fewer than ${unusualLanePerMonth} are unusual.`,
    parameters: limitsOf.UNUSUAL_LANE,
  };
}

function burst({ bookingsInHour }: RiskFacts): Finding | undefined {
  if (bookingsInHour <= burstBookings) return undefined;
  return {
    reason: `The organization made ${bookingsInHour} bookings within an hour. More than ${burstBookings} are unusual.`,
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
