import type { Tier } from '#shared/vocabulary.ts';
import type { InvoiceStatus } from '../../subgraphs/pricing/domain/billing.ts';
import { applyFactors, factorLimits } from '../../subgraphs/pricing/domain/price.ts';
import {
  baseRateCents,
  carryingCostCents as costCents,
  paymentDays,
  tierDiscounts,
  volumeDiscount,
  volumeDiscountAboveM3,
} from '../../subgraphs/pricing/domain/rates.ts';
import type { PaymentMethod } from '../../subgraphs/pricing/entities.ts';
import type { Invoice, Payment, Quote } from '../world.ts';
import { DAY_MS, HOUR_MS, yearlyFactor } from './calendar.ts';
import type { Mint } from './identifiers.ts';
import type { Random } from './random.ts';
import type { ShipmentPlan } from './shipments.ts';

type QuoteParts = Pick<
  Quote,
  'baseRateCents' | 'demandFactor' | 'competitorFactor' | 'costFactor' | 'tierDiscount' | 'volumeDiscount'
>;

/** The quote of a plan as of `nowMs`. Null for a draft without a quote. */
export function quoteOf(plan: ShipmentPlan, random: Random, mint: Mint, nowMs: number): Quote | null {
  const { life } = plan;
  const createdAt =
    life.createdAt + Math.round(random.between(0.1, 0.9) * Math.min(HOUR_MS, life.bookedAt - life.createdAt));
  const stoppedAt = Math.min(nowMs, life.cancellation?.at ?? Number.POSITIVE_INFINITY);
  if (createdAt > stoppedAt) return null;
  const expiresAt = createdAt + 7 * DAY_MS;
  const accepted = life.bookedAt <= stoppedAt;
  const parts = {
    baseRateCents: baseRateCents(plan.load.equipment, plan.meters),
    demandFactor: factor('DEMAND', 0.05 + 0.98 * yearlyFactor(createdAt) + 0.07 * random.normal()),
    competitorFactor: factor('COMPETITOR', 1 + 0.04 * random.normal()),
    costFactor: factor('COST', 1.01 + 0.025 * random.normal()),
    tierDiscount: tierDiscounts[plan.shipper.organization.tier],
    volumeDiscount: plan.load.volumeM3 > volumeDiscountAboveM3 ? volumeDiscount : 0,
  };
  const { floorCents, ceilingCents, priceCents } = priceOf(parts);
  return {
    id: mint<'Quote'>(createdAt),
    status: accepted ? 'ACCEPTED' : expiresAt <= nowMs ? 'EXPIRED' : 'OFFERED',
    createdAt: new Date(createdAt),
    expiresAt: new Date(expiresAt),
    acceptedAt: accepted ? new Date(life.bookedAt) : null,
    ...parts,
    floorCents,
    ceilingCents,
    priceCents,
  };
}

/** The price of these parts, by the rule for live quotes. */
export function priceOf(parts: QuoteParts): ReturnType<typeof applyFactors> {
  const { demandFactor, competitorFactor, costFactor, tierDiscount, volumeDiscount: volume } = parts;
  return applyFactors(parts.baseRateCents, [demandFactor, competitorFactor, costFactor, 1 - tierDiscount, 1 - volume]);
}

/** The cost of carrying as pricing estimates it, with random variation. */
export function carryingCostCents(plan: ShipmentPlan, random: Random): number {
  const base = baseRateCents(plan.load.equipment, plan.meters);
  const lateSeconds = (plan.life.deliveredAt - plan.life.delivery.end) / 1000;
  return costCents(base, lateSeconds) + Math.round(0.045 * base * random.normal());
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

function factor(kind: keyof typeof factorLimits, value: number): number {
  const [low, high] = factorLimits[kind];
  return Math.round(Math.min(high, Math.max(low, value)) * 10_000) / 10_000;
}
