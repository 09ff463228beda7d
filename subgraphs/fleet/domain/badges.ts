import { meanStarsOf, onTimeRateOf, type Tally } from './score.ts';

export const badgeKinds = ['ON_TIME', 'SAFE', 'HIGHLY_RATED', 'EFFICIENT', 'CONSISTENT'] as const;
export type BadgeKind = (typeof badgeKinds)[number];

/** A driver's record at one moment, as the badge rules see it. */
export interface Standing {
  readonly at: Date;
  readonly total: Tally;
  /** The last ISO 8601 weeks, oldest first, ending with the week of `at`. A week without work is an empty tally. */
  readonly weeks: readonly Tally[];
  readonly lastIncidentAt: Date | null;
}

export interface EarnedBadge {
  readonly kind: BadgeKind;
  readonly earnedAt: Date;
  /** The rule, in words. */
  readonly rule: string;
  /** What the driver's record showed at that moment. */
  readonly evidence: string;
}

export const consistentWeeks = 8;
const safeDays = 90;
const dayMs = 86_400_000;

interface BadgeRule {
  readonly kind: BadgeKind;
  readonly rule: string;
  /** Returns the evidence, or null if the rule is not met. */
  readonly test: (standing: Standing) => string | null;
}

const rules: readonly BadgeRule[] = [
  {
    kind: 'ON_TIME',
    rule: 'At least 95 % of 20 or more deliveries on time.',
    test: ({ total }) => {
      const rate = onTimeRateOf(total);
      return rate !== null && total.deliveries >= 20 && rate >= 0.95
        ? `${total.onTime} of ${total.deliveries} deliveries on time (${percent(rate)})`
        : null;
    },
  },
  {
    kind: 'SAFE',
    rule: `At least 50 deliveries and no safety incident in the last ${safeDays} days.`,
    test: ({ total, at, lastIncidentAt }) => {
      const days = lastIncidentAt === null ? null : Math.floor((at.getTime() - lastIncidentAt.getTime()) / dayMs);
      if (total.deliveries < 50 || (days !== null && days < safeDays)) return null;
      return `${total.deliveries} deliveries, ${days === null ? 'never an incident' : `${days} days since the last incident`}`;
    },
  },
  {
    kind: 'HIGHLY_RATED',
    rule: 'A mean of at least 4.5 stars over 10 or more ratings.',
    test: ({ total }) => {
      const mean = meanStarsOf(total);
      return mean !== null && total.ratings >= 10 && mean >= 4.5
        ? `${mean.toFixed(2)} stars over ${total.ratings} ratings`
        : null;
    },
  },
  {
    kind: 'EFFICIENT',
    rule: 'At least 31 km for every hour between pickup and delivery, rests included, over 20 or more deliveries.',
    test: ({ total }) => {
      if (total.deliveries < 20 || total.transitSeconds <= 0) return null;
      const pace = total.distanceMeters / 1000 / (total.transitSeconds / 3600);
      return pace >= 31 ? `${pace.toFixed(1)} km per hour over ${total.deliveries} deliveries` : null;
    },
  },
  {
    kind: 'CONSISTENT',
    rule: `Deliveries in each of the last ${consistentWeeks} weeks, four in five of them on time.`,
    test: ({ weeks }) => {
      const recent = weeks.slice(-consistentWeeks);
      const deliveries = recent.reduce((sum, week) => sum + week.deliveries, 0);
      const onTime = recent.reduce((sum, week) => sum + week.onTime, 0);
      const steady = recent.length === consistentWeeks && recent.every((week) => week.deliveries > 0);
      return steady && onTime / deliveries >= 0.8
        ? `${deliveries} deliveries in ${consistentWeeks} weeks in a row (${percent(onTime / deliveries)} on time)`
        : null;
    },
  },
];

/** The badges that this standing earns. An earned badge stays, so the caller keeps its first `earnedAt`. */
export function badgesEarned(standing: Standing): EarnedBadge[] {
  return rules.flatMap(({ kind, rule, test }) => {
    const evidence = test(standing);
    return evidence === null ? [] : [{ kind, rule, evidence, earnedAt: standing.at }];
  });
}

function percent(rate: number): string {
  return `${(100 * rate).toFixed(1)} %`;
}
