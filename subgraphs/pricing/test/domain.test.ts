import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { equipmentKinds, tiers } from '#shared/vocabulary.ts';
import { invoiceStatus, outstandingCents, overpaidCents } from '../domain/billing.ts';
import { computePrice, demandFactor, type PriceInputs } from '../domain/price.ts';
import { carryingCostCents } from '../domain/rates.ts';

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
