import type { Equipment, Tier } from '#shared/vocabulary.ts';

/** Base rate of a load: a fixed part (dock, paperwork, empty miles) and a part per kilometre, in US cents. */
const rates: Readonly<Record<Equipment, { readonly fixedCents: number; readonly centsPerKilometer: number }>> = {
  DRY_VAN: { fixedCents: 18_000, centsPerKilometer: 150 },
  REEFER: { fixedCents: 24_000, centsPerKilometer: 172 },
  FLATBED: { fixedCents: 22_000, centsPerKilometer: 180 },
  TANKER: { fixedCents: 30_000, centsPerKilometer: 215 },
  BOX_TRUCK: { fixedCents: 9_500, centsPerKilometer: 128 },
};

/** US cents for one load of this equipment over this distance. */
export function baseRateCents(equipment: Equipment, distanceMeters: number): number {
  const { fixedCents, centsPerKilometer } = rates[equipment];
  return Math.round(fixedCents + (distanceMeters / 1000) * centsPerKilometer);
}

export const tierDiscounts: Readonly<Record<Tier, number>> = {
  FREE: 0,
  STANDARD: 0.05,
  PREMIUM: 0.1,
  ENTERPRISE: 0.15,
};

/** 10,000 cm³. Larger loads get the volume discount. */
export const volumeDiscountAboveM3 = 0.01;
export const volumeDiscount = 0.05;

/** Limits of a price, as shares of the base rate. */
export const floorShare = 0.7;
export const ceilingShare = 1.6;

/** Days until an invoice is due. */
export const paymentDays: Readonly<Record<Tier, number>> = { FREE: 14, STANDARD: 30, PREMIUM: 30, ENTERPRISE: 45 };

/** Carrying a load costs 78 % of its base rate, plus 45 USD for every started hour of lateness, at most 24 hours. */
export function carryingCostCents(baseCents: number, lateSeconds: number): number {
  const lateHours = Math.min(24, Math.ceil(Math.max(0, lateSeconds) / 3600));
  return Math.round(baseCents * 0.78) + lateHours * 4_500;
}
