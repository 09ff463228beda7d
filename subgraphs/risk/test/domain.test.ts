import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { moneyOf, toMinorUnits } from '#shared/input/money.ts';
import { resolveDecision } from '../domain/decision.ts';
import { laneKey } from '../domain/lane.ts';
import { nameKey } from '../domain/names.ts';
import { assess, verdictOf } from '../domain/rules.ts';
import { type RiskFacts, riskRules } from '../domain/vocabulary.ts';
import { harmless, suspicious } from './facts.ts';

const rulesOf = (facts: RiskFacts) => assess(facts).contributions.map(({ rule }) => rule);

describe('the rules', () => {
  const match = { entryId: 'e', kind: 'NAME' as const, value: 'Bad Co', reason: 'fraud' };

  test.each<[string, Partial<RiskFacts>, number]>([
    ['NEW_ACCOUNT', { organizationAgeDays: 29.9 }, 10],
    ['NEW_ACCOUNT', { organizationAgeDays: null }, 10],
    ['NEW_ACCOUNT', { accountAgeDays: 6.9 }, 10],
    ['HIGH_VALUE_LITTLE_HISTORY', { valueCents: 10_000_000, earlierBookings: 9 }, 15],
    ['HIGH_VALUE_LITTLE_HISTORY', { valueCents: 8_500_000, currency: 'EUR', earlierBookings: 0 }, 15],
    ['HIGH_VALUE_LITTLE_HISTORY', { valueCents: 10_000_000, currency: 'SEK', earlierBookings: 0 }, 15],
    ['HIGH_VALUE_LITTLE_HISTORY', { valueCents: 100_000, currency: 'JPY', earlierBookings: 0 }, 15],
    ['HIGH_VALUE_LITTLE_HISTORY', { valueCents: 30_000_000, currency: 'KWD', earlierBookings: 0 }, 15],
    ['UNUSUAL_LANE', { firstOnLane: true, laneShipmentsPerMonth: 0.99 }, 12],
    ['BURST', { bookingsInHour: 6 }, 8],
    ['WATCHLIST', { watchlist: [match] }, 100],
  ])('%s applies to %j', (rule, given, points) => {
    const { score, contributions } = assess({ ...harmless, ...given });
    expect(contributions).toMatchObject([{ rule, points }]);
    expect(score).toBe(points);
  });

  test.each<[Partial<RiskFacts>]>([
    [{ organizationAgeDays: 30 }],
    [{ accountAgeDays: 7 }],
    [{ accountAgeDays: null }],
    [{ valueCents: 9_999_999, earlierBookings: 0 }],
    [{ valueCents: 10_000_000, earlierBookings: 10 }],
    [{ valueCents: 100_000_000, currency: 'MXN', earlierBookings: 0 }],
    [{ valueCents: 29_999_999, currency: 'KWD', earlierBookings: 0 }],
    [{ valueCents: 99_999, currency: 'JPY', earlierBookings: 0 }],
    [{ firstOnLane: true, laneShipmentsPerMonth: 1 }],
    [{ firstOnLane: false, laneShipmentsPerMonth: 0 }],
    [{ bookingsInHour: 5 }],
  ])('no rule applies at its limit: %j', (given) => {
    expect(assess({ ...harmless, ...given })).toEqual({ score: 0, verdict: 'ALLOW', contributions: [] });
  });

  test('all four without the watchlist add up to 45, which is reviewed; three never are', () => {
    expect(assess(suspicious)).toMatchObject({ score: 45, verdict: 'REVIEW' });
    expect(assess({ ...suspicious, bookingsInHour: 1 })).toMatchObject({ score: 37, verdict: 'ALLOW' });
  });

  test('the watchlist alone blocks, and the score is at most 100', () => {
    expect(assess({ ...suspicious, watchlist: [match, match] })).toMatchObject({ score: 100, verdict: 'BLOCK' });
  });

  test('each gives its reason, with the figures and limits', () => {
    const explained = assess({ ...suspicious, watchlist: [match] }).contributions;
    expect(explained.map(({ reason }) => reason)).toEqual([
      'The organization was 3.0 days old. It counts as new for 30 days.',
      'The declared value is 200000.00 USD after 6 earlier bookings. From 100000.00 USD on, 10 are expected.',
      "This is the organization's first booking on Chicago, IL, US → Dallas, TX, US. The lane had 0.20 shipments a month, and fewer than 1 are unusual.",
      'The organization made 7 bookings within an hour. More than 5 are unusual.',
      'On the watchlist: name "Bad Co" (fraud).',
    ]);
    expect(explained[0]?.parameters).toEqual({ newOrganizationDays: '30', newAccountDays: '7' });
  });

  test('amounts of money keep the decimals of their currency', () => {
    const valued = fc.record({
      valueCents: fc.integer({ min: 1, max: 1_000_000_000_000 }),
      currency: fc.constantFrom('JPY', 'USD', 'KWD'),
    });
    fc.assert(
      fc.property(valued, ({ valueCents, currency }) => {
        const { contributions } = assess({ ...harmless, valueCents, currency, earlierBookings: 0 });
        for (const { reason, parameters } of contributions) {
          const amounts = [...`${reason} ${parameters['highValue']}`.matchAll(/([\d.]+) ([A-Z]{3})\b/g)];
          expect(amounts).toHaveLength(3);
          for (const [, amount = '', unit = ''] of amounts) {
            expect(moneyOf(toMinorUnits(amount, currency) ?? -1, currency)).toEqual({ amount, currency: unit });
          }
          expect(amounts[0]?.[1]).toBe(moneyOf(valueCents, currency).amount);
        }
      }),
    );
  });

  const anyFacts: fc.Arbitrary<RiskFacts> = fc.record({
    organizationAgeDays: fc.option(fc.double({ min: 0, max: 5000, noNaN: true })),
    accountAgeDays: fc.option(fc.double({ min: 0, max: 5000, noNaN: true })),
    valueCents: fc.integer({ min: 0, max: 1_000_000_000 }),
    currency: fc.constantFrom('USD', 'CAD', 'MXN', 'EUR'),
    earlierBookings: fc.nat(100),
    lane: fc.constant('A → B'),
    laneShipmentsPerMonth: fc.double({ min: 0, max: 100, noNaN: true }),
    firstOnLane: fc.boolean(),
    bookingsInHour: fc.integer({ min: 1, max: 20 }),
    watchlist: fc.constantFrom([], [match]),
  });

  test('for any facts, the score is the capped sum, the verdict follows from it, and each rule comes once, in order', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { score, verdict, contributions } = assess(facts);
        expect(score).toBe(
          Math.min(
            100,
            contributions.reduce((sum, { points }) => sum + points, 0),
          ),
        );
        expect(verdict).toBe(verdictOf(score));
        expect(contributions.map(({ rule }) => rule)).toEqual(
          riskRules.filter((rule) => rulesOf(facts).includes(rule)),
        );
        expect(verdict === 'BLOCK').toBe(facts.watchlist.length > 0);
      }),
    );
  });

  test.each([
    [40, 'ALLOW'],
    [41, 'REVIEW'],
    [75, 'REVIEW'],
    [76, 'BLOCK'],
  ])('a score of %i: %s', (score, verdict) => {
    expect(verdictOf(score)).toBe(verdict);
  });
});

describe('the decision of a reviewer', () => {
  const seen = (facts: RiskFacts) => ({ facts, contributions: assess(facts).contributions });
  const said = (decision: 'APPROVE' | 'REJECT') => ({ decision, ...seen(suspicious) });

  test('applies to the reviewed facts, and to harmless changes', () => {
    expect(resolveDecision('REVIEW', seen(suspicious), said('APPROVE'))).toBe('ALLOW');
    expect(resolveDecision('REVIEW', seen({ ...suspicious, valueCents: 15_000_000 }), said('APPROVE'))).toBe('ALLOW');
  });

  test('does not apply to a higher value, another lane or another currency', () => {
    for (const changed of [{ valueCents: 20_000_001 }, { lane: 'X → Y' }, { currency: 'CAD' }]) {
      expect(resolveDecision('REVIEW', seen({ ...suspicious, ...changed }), said('APPROVE'))).toBe('REVIEW');
    }
  });

  test('is overruled by the watchlist if it was an approval; a rejection always stands', () => {
    expect(resolveDecision('BLOCK', seen(suspicious), said('APPROVE'))).toBe('BLOCK');
    expect(resolveDecision('ALLOW', seen(harmless), said('REJECT'))).toBe('BLOCK');
  });
});

test('names are equal in all their common spellings', () => {
  for (const spelling of ['Corvo Negro S.A. de C.V.', 'CORVO  NEGRO', 'Córvo-Negro, Inc.']) {
    expect(nameKey(spelling)).toBe('corvo negro');
  }
  for (const spelling of ['Ev\u00adil Kaufer', 'Ev\u200bil Kaufer', 'EVIL KAUFER GmbH']) {
    expect(nameKey(spelling)).toBe(nameKey('Évil Käufer'));
  }
  expect(nameKey('กิน ขนส่ง')).not.toBe(nameKey('กัน ขนส่ง'));
  expect(nameKey('Inc')).toBe('inc');
  expect(nameKey('Negro Corvo')).not.toBe('corvo negro');
});

test('lanes have a direction, and are equal in other spellings', () => {
  const [montreal, dallas] = [
    { city: 'Montréal', region: 'QC', country: 'CA' },
    { city: 'Dallas ', region: 'TX', country: 'US' },
  ];
  expect(laneKey(montreal, dallas)).toBe(laneKey({ ...montreal, city: 'MONTREAL' }, { ...dallas, city: 'dallas' }));
  expect(laneKey(montreal, dallas)).not.toBe(laneKey(dallas, montreal));
});
