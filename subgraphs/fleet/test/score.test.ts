import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { badgesEarned, type Standing } from '../domain/badges.ts';
import { spanAt, weekOf, weeksUpTo } from '../domain/period.ts';
import { forfeitOf, worthCents } from '../domain/rewards.ts';
import { emptyTally, levelOf, scoreOf, type Tally } from '../domain/score.ts';

const tally = (given: Partial<Tally>): Tally => ({ ...emptyTally, ...given });

describe('a score', () => {
  test('is 10 per delivery, 5 per star, 50 less per incident and the on-time rate × 100', () => {
    expect(scoreOf(tally({ deliveries: 8, onTime: 6, ratings: 3, stars: 14, incidents: 1 }))).toEqual({
      deliveryPoints: 80,
      ratingPoints: 70,
      incidentPoints: -50,
      onTimePoints: 75,
      points: 175,
    });
  });

  test('is 0 without a record, and below 0 where incidents outweigh the rest', () => {
    expect(scoreOf(emptyTally).points).toBe(0);
    expect(scoreOf(tally({ incidents: 2 })).points).toBe(-100);
  });

  test('rounds the on-time bonus to whole points', () => {
    expect(scoreOf(tally({ deliveries: 3, onTime: 2 })).onTimePoints).toBe(67);
  });

  test.each([
    [-40, 1, 540],
    [0, 1, 500],
    [499, 1, 1],
    [500, 2, 500],
    [2_403, 5, 97],
  ])('%i points are level %i with %i to go', (points, level, pointsToNextLevel) => {
    expect(levelOf(points)).toEqual({ level, pointsToNextLevel });
  });
});

describe('a period', () => {
  test('starts on Monday, on the first of the month, or with Unix time', () => {
    const sunday = new Date('2026-03-01T23:59:59.999Z');
    expect(spanAt('WEEKLY', sunday)).toMatchObject({
      startsAt: new Date('2026-02-23T00:00:00Z'),
      endsAt: new Date('2026-03-02T00:00:00Z'),
    });
    expect(spanAt('MONTHLY', sunday)).toMatchObject({
      startsAt: new Date('2026-03-01T00:00:00Z'),
      endsAt: new Date('2026-04-01T00:00:00Z'),
    });
    expect(spanAt('ALL_TIME', sunday)).toMatchObject({ startsAt: new Date(0), endsAt: null });
  });

  test('every moment lies in the week that starts on its Monday', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (at) => {
        const { startsAt, endsAt } = spanAt('WEEKLY', at);
        expect(startsAt.getUTCDay()).toBe(1);
        expect(startsAt <= at && at < (endsAt as Date)).toBe(true);
        expect(weeksUpTo(at, 3).at(-1)).toEqual(weekOf(at));
      }),
    );
  });
});

describe('badges', () => {
  const at = new Date('2026-03-11T12:00:00Z');
  const standing = (total: Partial<Tally>, given: Partial<Standing> = {}): Standing => ({
    at,
    total: tally(total),
    weeks: Array(8).fill(emptyTally),
    lastIncidentAt: null,
    ...given,
  });
  const kinds = (given: Standing) => badgesEarned(given).map(({ kind }) => kind);

  test('on time: 95 % of 20 deliveries or more', () => {
    expect(kinds(standing({ deliveries: 20, onTime: 19 }))).toEqual(['ON_TIME']);
    expect(kinds(standing({ deliveries: 20, onTime: 18 }))).toEqual([]);
    expect(kinds(standing({ deliveries: 19, onTime: 19 }))).toEqual([]);
  });

  test('safe: 50 deliveries, and 90 days without an incident', () => {
    expect(kinds(standing({ deliveries: 50 }))).toEqual(['SAFE']);
    expect(kinds(standing({ deliveries: 50 }, { lastIncidentAt: new Date('2025-12-12T00:00:00Z') }))).toEqual([]);
    expect(kinds(standing({ deliveries: 50 }, { lastIncidentAt: new Date('2025-12-11T00:00:00Z') }))).toEqual(['SAFE']);
  });

  test('highly rated: 4.5 stars over 10 ratings', () => {
    expect(badgesEarned(standing({ ratings: 10, stars: 45 }))).toEqual([
      {
        kind: 'HIGHLY_RATED',
        rule: 'A mean of at least 4.5 stars over 10 or more ratings.',
        evidence: '4.50 stars over 10 ratings',
        earnedAt: at,
      },
    ]);
    expect(kinds(standing({ ratings: 10, stars: 44 }))).toEqual([]);
    expect(kinds(standing({ ratings: 9, stars: 45 }))).toEqual([]);
  });

  test('efficient: 31 km per hour between pickup and delivery, over 20 deliveries', () => {
    const work = { deliveries: 20, distanceMeters: 31_000_000, transitSeconds: 3_600_000 };
    expect(kinds(standing(work))).toEqual(['EFFICIENT']);
    expect(kinds(standing({ ...work, distanceMeters: 30_999_000 }))).toEqual([]);
    expect(kinds(standing({ ...work, transitSeconds: 0 }))).toEqual([]);
  });

  test('consistent: deliveries in eight weeks in a row, four in five on time', () => {
    const week = tally({ deliveries: 5, onTime: 4 });
    expect(kinds(standing({}, { weeks: Array(8).fill(week) }))).toEqual(['CONSISTENT']);
    expect(kinds(standing({}, { weeks: [...Array(7).fill(week), emptyTally] }))).toEqual([]);
    expect(kinds(standing({}, { weeks: Array(8).fill(tally({ deliveries: 5, onTime: 3 })) }))).toEqual([]);
    expect(kinds(standing({}, { weeks: Array(7).fill(week) }))).toEqual([]);
  });
});

describe('rewards', () => {
  test('100 points are 5 USD, in whole steps', () => {
    expect([-5, 0, 99, 100, 250, 1_000].map(worthCents)).toEqual([0, 0, 0, 500, 1_000, 5_000]);
  });

  test('an incident takes 50 points, but at most the balance', () => {
    expect([500, 50, 20, 0].map(forfeitOf)).toEqual([50, 50, 20, 0]);
  });
});
