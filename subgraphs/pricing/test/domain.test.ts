import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#shared/ids.ts';
import { moneyOf, toMinorUnits } from '#shared/input/money.ts';
import { equipmentKinds, tiers } from '#shared/vocabulary.ts';
import { invoiceStatus, outstandingCents, overpaidCents } from '../domain/billing.ts';
import { paymentInput } from '../domain/inputs.ts';
import { computePrice, demandFactor, type PriceInputs } from '../domain/price.ts';
import { carryingCostCents } from '../domain/rates.ts';
import { currency } from '../store/quotes.ts';

const observation = fc.option(
  fc.record({
    ratio: fc.double({ min: 0.2, max: 5, noNaN: true }),
    source: fc.constant('survey'),
    observedAt: fc.constant(new Date(0)),
  }),
);
const inputs: fc.Arbitrary<PriceInputs> = fc.record({
  equipment: fc.constantFrom(...equipmentKinds),
  distanceMeters: fc.integer({ min: 0, max: 6_000_000 }),
  volumeM3: fc.double({ min: 0.001, max: 110, noNaN: true }),
  tier: fc.constantFrom(...tiers),
  demand: fc.option(
    fc.record({
      region: fc.constant('TX'),
      lastWeek: fc.nat(500),
      meanWeek: fc.double({ min: 0, max: 500, noNaN: true }),
    }),
  ),
  competitor: observation,
  cost: observation,
});
const ranges = {
  DEMAND: [0.8, 1.5],
  COMPETITOR: [0.9, 1.1],
  COST: [0.95, 1.1],
  TIER: [0.85, 1],
  VOLUME: [0.95, 1],
} as const;

describe('the price of a load', () => {
  test('is the product of its stored factors, limited to floor and ceiling', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const price = computePrice(input);
        const product = Math.round(price.factors.reduce((value, factor) => value * factor.value, price.baseRateCents));
        expect(price.priceCents).toBe(Math.min(price.ceilingCents, Math.max(price.floorCents, product)));
        expect(price.limited).toBe(product !== price.priceCents);
      }),
    );
  });

  test('has whole cents in every part, and is shown with the decimals of its currency', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const { baseRateCents, floorCents, ceilingCents, priceCents } = computePrice(input);
        for (const cents of [baseRateCents, floorCents, ceilingCents, priceCents]) {
          const { amount } = moneyOf(cents, currency);
          expect(amount).toMatch(/^\d+\.\d{2}$/);
          expect(toMinorUnits(amount, currency)).toBe(cents);
        }
        expect(Number.isInteger(carryingCostCents(baseRateCents, 90_000))).toBe(true);
      }),
    );
  });

  test('keeps every factor in its range and explains it', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        for (const { kind, value, explanation } of computePrice(input).factors) {
          const [low, high] = ranges[kind];
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(high);
          expect(explanation).not.toBe('');
        }
      }),
    );
  });

  test('never falls with a longer distance', () => {
    fc.assert(
      fc.property(inputs, fc.nat(1_000_000), (input, more) => {
        const longer = { ...input, distanceMeters: input.distanceMeters + more };
        expect(computePrice(longer).priceCents).toBeGreaterThanOrEqual(computePrice(input).priceCents);
      }),
    );
  });

  test('has a discount of 5 % above 10,000 cm³, and none at 10,000 cm³', () => {
    const load = {
      equipment: 'DRY_VAN',
      distanceMeters: 500_000,
      tier: 'FREE',
      demand: null,
      competitor: null,
      cost: null,
    } as const;
    expect(computePrice({ ...load, volumeM3: 0.01 }).priceCents).toBe(93_000);
    expect(computePrice({ ...load, volumeM3: 0.0101 }).priceCents).toBe(88_350);
  });

  test('follows half of the change in demand, and ignores fewer than 20 bookings', () => {
    expect(demandFactor({ region: 'TX', lastWeek: 120, meanWeek: 100 }).value).toBe(1.1);
    expect(demandFactor({ region: 'TX', lastWeek: 900, meanWeek: 100 }).value).toBe(1.5);
    expect(demandFactor({ region: 'TX', lastWeek: 0, meanWeek: 100 }).value).toBe(0.8);
    expect(demandFactor({ region: 'TX', lastWeek: 9, meanWeek: 1 }).value).toBe(1);
  });
});

describe('a payment', () => {
  const input = paymentInput(new Date('2026-06-01'));
  const payment = (amount: string, code: string) => ({
    invoiceId: newId(),
    amount: { amount, currency: code },
    method: 'WIRE',
    reference: 'R-1',
    acceptOverpayment: false,
    idempotencyKey: 'payment-1',
  });
  const code = fc.constantFrom('JPY', 'USD', 'KWD');

  test('keeps the decimals of its currency, and is refused with more of them', () => {
    fc.assert(
      fc.property(code, fc.integer({ min: 1, max: 1_000_000_000_000 }), (unit, cents) => {
        const { amount } = moneyOf(cents, unit);
        expect(input.parse(payment(amount, unit)).amount).toEqual({ cents, currency: unit });
        const finer = `${amount}${amount.includes('.') ? '' : '.'}5`;
        expect(input.safeParse(payment(finer, unit)).error?.issues).toMatchObject([{ path: ['amount', 'amount'] }]);
      }),
    );
  });

  test('in parts of whole cents is worth exactly the invoice', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000_000 }), { minLength: 1, maxLength: 50 }), (parts) => {
        const paidCents = parts
          .map((cents) => input.parse(payment(moneyOf(cents, currency).amount, currency)).amount.cents)
          .reduce((sum, cents) => sum + cents, 0);
        const balance = { amountCents: parts.reduce((sum, cents) => sum + cents, 0), paidCents, dueAt: new Date(0) };
        expect([outstandingCents(balance), overpaidCents(balance)]).toEqual([0, 0]);
      }),
    );
  });
});

test('a load that arrives late costs more, up to a day of lateness', () => {
  expect(carryingCostCents(100_000, -600)).toBe(78_000);
  expect(carryingCostCents(100_000, 1)).toBe(82_500);
  expect(carryingCostCents(100_000, 1e9)).toBe(78_000 + 24 * 4_500);
});

test('an invoice is never both owed and overpaid', () => {
  const now = new Date('2026-06-01');
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.nat(2e9),
      fc.date({ noInvalidDate: true }),
      (amountCents, paidCents, dueAt) => {
        const balance = { amountCents, paidCents, dueAt };
        expect(amountCents - outstandingCents(balance) + overpaidCents(balance)).toBe(paidCents);
        expect(invoiceStatus(balance, now) === 'PAID').toBe(outstandingCents(balance) === 0);
      },
    ),
  );
});
