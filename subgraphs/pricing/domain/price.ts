import type { Equipment, Tier } from '#shared/vocabulary.ts';
import {
  baseRateCents,
  ceilingShare,
  floorShare,
  tierDiscounts,
  volumeDiscount,
  volumeDiscountAboveM3,
} from './rates.ts';

export type FactorKind = 'DEMAND' | 'COMPETITOR' | 'COST' | 'TIER' | 'VOLUME';

export interface Factor {
  readonly kind: FactorKind;
  /** Rounded to four decimals. */
  readonly value: number;
  readonly explanation: string;
}

/** Bookings from one region: in the last seven days, and in a mean week of the eight weeks before. */
export interface Demand {
  readonly region: string;
  readonly lastWeek: number;
  readonly meanWeek: number;
}

/** An observed market level, relative to ours. */
export interface Observation {
  readonly ratio: number;
  readonly source: string;
  readonly observedAt: Date;
}

export interface PriceInputs {
  readonly equipment: Equipment;
  readonly distanceMeters: number;
  readonly volumeM3: number;
  readonly tier: Tier;
  readonly demand: Demand | null;
  readonly competitor: Observation | null;
  readonly cost: Observation | null;
}

export interface Price {
  readonly baseRateCents: number;
  readonly factors: readonly Factor[];
  readonly floorCents: number;
  readonly ceilingCents: number;
  readonly priceCents: number;
  /** True if the product of the factors was outside floor and ceiling. */
  readonly limited: boolean;
}

/** Lower and upper limit of each market factor. */
export const factorLimits = { DEMAND: [0.8, 1.5], COMPETITOR: [0.9, 1.1], COST: [0.95, 1.1] } as const;

/** With fewer bookings than this, demand is unknown. */
const enoughBookings = 20;

/** price = base × demand × competitor × cost × (1 − tier) × (1 − volume), rounded to cents, limited to [floor, ceiling]. */
export function computePrice(inputs: PriceInputs): Price {
  const base = baseRateCents(inputs.equipment, inputs.distanceMeters);
  const factors = [
    demandFactor(inputs.demand),
    marketFactor('COMPETITOR', inputs.competitor),
    marketFactor('COST', inputs.cost),
    tierFactor(inputs.tier),
    volumeFactor(inputs.volumeM3),
  ];
  const values = factors.map(({ value }) => value);
  return { baseRateCents: base, factors, ...applyFactors(base, values) };
}

/** The base rate times all factors, rounded to cents and limited to floor and ceiling. */
export function applyFactors(
  baseRateCents: number,
  factors: readonly number[],
): Omit<Price, 'baseRateCents' | 'factors'> {
  const product = Math.round(factors.reduce((price, factor) => price * factor, baseRateCents));
  const floorCents = Math.round(baseRateCents * floorShare);
  const ceilingCents = Math.round(baseRateCents * ceilingShare);
  const priceCents = Math.min(ceilingCents, Math.max(floorCents, product));
  return { floorCents, ceilingCents, priceCents, limited: priceCents !== product };
}

/** The price follows half of the relative change in bookings: 1 + (ratio − 1) / 2, limited to [0.8, 1.5]. */
export function demandFactor(demand: Demand | null): Factor {
  if (!demand || demand.meanWeek * 8 < enoughBookings) {
    return {
      kind: 'DEMAND',
      value: 1,
      explanation: `Fewer than ${enoughBookings} bookings from this region in 8 weeks, so demand is neutral.`,
    };
  }
  const { region, lastWeek, meanWeek } = demand;
  const [low, high] = factorLimits.DEMAND;
  const value = limited(low, high, 1 + (lastWeek / meanWeek - 1) / 2);
  return {
    kind: 'DEMAND',
    value,
    explanation: `${lastWeek} bookings from ${region} in 7 days, ${meanWeek.toFixed(1)} in a mean week of the 8 weeks before.`,
  };
}

function marketFactor(kind: 'COMPETITOR' | 'COST', seen: Observation | null): Factor {
  const [low, high] = factorLimits[kind];
  if (!seen) return { kind, value: 1, explanation: 'There is no observation, so this factor is neutral.' };
  const level = `${(seen.ratio * 100).toFixed(1)} % of ours`;
  return {
    kind,
    value: limited(low, high, seen.ratio),
    explanation: `${seen.source} on ${seen.observedAt.toISOString().slice(0, 10)}: ${level}, limited to ${low} to ${high}.`,
  };
}

function tierFactor(tier: Tier): Factor {
  return {
    kind: 'TIER',
    value: rounded(1 - tierDiscounts[tier]),
    explanation: `Tier ${tier}: ${tierDiscounts[tier] * 100} % off.`,
  };
}

function volumeFactor(volumeM3: number): Factor {
  const large = volumeM3 > volumeDiscountAboveM3;
  return {
    kind: 'VOLUME',
    value: rounded(1 - (large ? volumeDiscount : 0)),
    explanation: large
      ? `${volumeM3} m³ is above 10,000 cm³: ${volumeDiscount * 100} % off.`
      : `${volumeM3} m³ is not above 10,000 cm³.`,
  };
}

function limited(low: number, high: number, value: number): number {
  return rounded(Math.min(high, Math.max(low, value)));
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
