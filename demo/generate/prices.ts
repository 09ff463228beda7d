import type { Equipment, Invoice, InvoiceStatus, Payment, PaymentMethod, Quote, Tier } from '../world.ts';
import { DAY_MS, HOUR_MS, yearlyFactor } from './calendar.ts';
import type { Mint } from './identifiers.ts';
import type { Random } from './random.ts';
import type { ShipmentPlan } from './shipments.ts';

/** Of the base rate: a fixed part and a part per kilometre, in cents; estimated from public per-mile averages. */
const rates: Readonly<Record<Equipment, { readonly fixedCents: number; readonly centsPerKilometer: number }>> = {
  DRY_VAN: { fixedCents: 18_000, centsPerKilometer: 150 },
  REEFER: { fixedCents: 24_000, centsPerKilometer: 172 },
  FLATBED: { fixedCents: 22_000, centsPerKilometer: 180 },
  TANKER: { fixedCents: 30_000, centsPerKilometer: 215 },
  BOX_TRUCK: { fixedCents: 9_500, centsPerKilometer: 128 },
};

const MIDDLE_STOP_CENTS = 7_500;
const FLOOR_SHARE = 0.7;
const CEILING_SHARE = 1.6;

export const tierDiscounts: Readonly<Record<Tier, number>> = {
  FREE: 0,
  STANDARD: 0.05,
  PREMIUM: 0.1,
  ENTERPRISE: 0.15,
};
export const VOLUME_DISCOUNT = 0.05;
/** 10,000 cm³: what is larger gets the volume discount. */
export const VOLUME_DISCOUNT_ABOVE_M3 = 0.01;

const paymentDays: Readonly<Record<Tier, number>> = { FREE: 14, STANDARD: 30, PREMIUM: 30, ENTERPRISE: 45 };

export function baseRateCents(plan: Pick<ShipmentPlan, 'load' | 'meters' | 'middleHub'>): number {
  const { fixedCents, centsPerKilometer } = rates[plan.load.equipment];
  const stops = plan.middleHub === null ? 0 : MIDDLE_STOP_CENTS;
  return Math.round(fixedCents + stops + (plan.meters / 1000) * centsPerKilometer);
}

/** price = base × demand × competitor × cost × (1 − tier) × (1 − volume), rounded, held between floor and ceiling. */
export function priceCents(
  quote: Omit<Quote, 'priceCents' | 'id' | 'status' | 'createdAt' | 'expiresAt' | 'acceptedAt'>,
): number {
  const factors = quote.demandFactor * quote.competitorFactor * quote.costFactor;
  const price = quote.baseRateCents * factors * (1 - quote.tierDiscount) * (1 - quote.volumeDiscount);
  return Math.min(quote.ceilingCents, Math.max(quote.floorCents, Math.round(price)));
}

/** The quote of a plan as of `nowMs`; null when the draft had not come to asking for one. */
export function quoteOf(plan: ShipmentPlan, random: Random, mint: Mint, nowMs: number): Quote | null {
  const { life } = plan;
  const createdAt =
    life.createdAt + Math.round(random.between(0.1, 0.9) * Math.min(HOUR_MS, life.bookedAt - life.createdAt));
  const stoppedAt = Math.min(nowMs, life.cancellation?.at ?? Number.POSITIVE_INFINITY);
  if (createdAt > stoppedAt) return null;
  const expiresAt = createdAt + 7 * DAY_MS;
  const accepted = life.bookedAt <= stoppedAt;
  const base = baseRateCents(plan);
  const parts = {
    baseRateCents: base,
    demandFactor: factor(0.8, 1.5, 0.05 + 0.98 * yearlyFactor(createdAt) + 0.07 * random.normal()),
    competitorFactor: factor(0.9, 1.1, 1 + 0.04 * random.normal()),
    costFactor: factor(0.95, 1.1, 1.01 + 0.025 * random.normal()),
    tierDiscount: tierDiscounts[plan.shipper.organization.tier],
    volumeDiscount: plan.load.volumeM3 > VOLUME_DISCOUNT_ABOVE_M3 ? VOLUME_DISCOUNT : 0,
    floorCents: Math.round(base * FLOOR_SHARE),
    ceilingCents: Math.round(base * CEILING_SHARE),
  };
  return {
    id: mint<'Quote'>(createdAt),
    status: accepted ? 'ACCEPTED' : expiresAt <= nowMs ? 'EXPIRED' : 'OFFERED',
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    acceptedAt: accepted ? new Date(life.bookedAt) : null,
    ...parts,
    priceCents: priceCents(parts),
  };
}

/** Cost of carrying: 78 % of the base rate, give or take, and 45 USD for every hour late. */
export function carryingCostCents(plan: ShipmentPlan, random: Random): number {
  const lateHours = Math.max(0, plan.life.deliveredAt - plan.life.delivery.end) / HOUR_MS;
  return Math.round(baseRateCents(plan) * (0.78 + 0.045 * random.normal()) + Math.min(24, lateHours) * 4_500);
}

/** The invoice of a delivered shipment with what has been paid by `nowMs`. */
export function invoiceOf(
  amountCents: number,
  deliveredAt: number,
  number: string,
  tier: Tier,
  random: Random,
  mint: Mint,
  nowMs: number,
): Invoice {
  const dueAt = deliveredAt + paymentDays[tier] * DAY_MS;
  const payments = plannedPayments(random, amountCents, deliveredAt, dueAt)
    .filter(({ at }) => at <= nowMs)
    .map(
      ({ at, cents }, index): Payment => ({
        id: mint<'Payment'>(at),
        paidAt: new Date(at),
        amountCents: cents,
        method: random.pick(['ACH', 'ACH', 'ACH', 'WIRE', 'CHECK', 'CARD'] satisfies PaymentMethod[]),
        reference: `${number.replace('INV', 'PAY')}-${index + 1}`,
      }),
    );
  return {
    id: mint<'Invoice'>(deliveredAt),
    number,
    status: invoiceStatus(amountCents, payments, dueAt, nowMs),
    issuedAt: new Date(deliveredAt),
    dueAt: new Date(dueAt),
    amountCents,
    payments,
  };
}

function invoiceStatus(amountCents: number, payments: readonly Payment[], dueAt: number, nowMs: number): InvoiceStatus {
  const paid = payments.reduce((sum, payment) => sum + payment.amountCents, 0);
  if (paid >= amountCents) return 'PAID';
  if (nowMs > dueAt) return 'OVERDUE';
  return paid > 0 ? 'PARTIALLY_PAID' : 'OPEN';
}

interface PlannedPayment {
  readonly at: number;
  readonly cents: number;
}

/** Most pay in one sum around the due date, some in two parts, a few leave a part or all of it open. */
function plannedPayments(random: Random, amountCents: number, issuedAt: number, dueAt: number): PlannedPayment[] {
  const kind = random.unit();
  const term = dueAt - issuedAt;
  const first = Math.round(
    issuedAt + term * random.between(0.15, 1) + (random.chance(0.12) ? random.between(1, 25) * DAY_MS : 0),
  );
  const second = Math.round(first + random.between(3, 30) * DAY_MS);
  const part = Math.max(1, Math.round(amountCents * random.between(0.25, 0.75)));
  if (kind < 0.9) return [{ at: first, cents: amountCents }];
  if (kind < 0.965 && part < amountCents)
    return [
      { at: first, cents: part },
      { at: second, cents: amountCents - part },
    ];
  if (kind < 0.985 && part < amountCents) return [{ at: first, cents: part }];
  return [];
}

function factor(low: number, high: number, value: number): number {
  return Math.round(Math.min(high, Math.max(low, value)) * 10_000) / 10_000;
}
