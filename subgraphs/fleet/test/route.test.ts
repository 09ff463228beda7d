import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { completedWindow } from '../domain/assignment.ts';
import { planRoute } from '../domain/route.ts';
import { chicago, dallas } from './fleet-harness.ts';

const memphis = { ...chicago, hubCode: 'MEM', city: 'Memphis', region: 'TN', latitude: 35.1495, longitude: -90.049 };
const pickupFrom = new Date('2026-03-12T12:00:00Z');

describe('a route', () => {
  test('leads straight from pickup to delivery', () => {
    const { stops, ...whole } = planRoute([chicago, dallas], 800_000, pickupFrom);
    expect(whole).toEqual({ distanceMeters: 800_000, durationSeconds: 36_000 });
    expect(stops.map(({ kind, legDistanceMeters, plannedAt }) => [kind, legDistanceMeters, plannedAt])).toEqual([
      ['PICKUP', null, pickupFrom],
      ['DELIVERY', 800_000, new Date('2026-03-12T22:00:00Z')],
    ]);
  });

  test('divides distance and rests among its legs, with an hour at each intermediate stop', () => {
    const { stops, durationSeconds } = planRoute([chicago, memphis, dallas], 1_600_000, pickupFrom);
    const [, first, second] = stops;
    expect(stops.map(({ kind }) => kind)).toEqual(['PICKUP', 'INTERMEDIATE', 'DELIVERY']);
    expect((first?.legDistanceMeters ?? 0) + (second?.legDistanceMeters ?? 0)).toBeCloseTo(1_600_000, -1);
    // 20 hours of driving, ten of rest, one at the stop.
    expect(durationSeconds).toBe(31 * 3600);
    expect(first?.plannedAt.getTime()).toBeLessThan(second?.plannedAt.getTime() ?? 0);
  });

  test('has legs that add up for any places, equal ones and antipodes included', () => {
    const point = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 0, max: 9_000_000 }),
        (points, meters) => {
          const { stops } = planRoute(
            points.map((at) => ({ ...chicago, ...at })),
            meters,
            pickupFrom,
          );
          const legs = stops.slice(1).map(({ legDistanceMeters }) => legDistanceMeters ?? Number.NaN);
          expect(legs.every((leg) => leg >= 0)).toBe(true);
          expect(Math.abs(legs.reduce((sum, leg) => sum + leg, 0) - meters)).toBeLessThanOrEqual(legs.length);
          expect(stops.every(({ legDurationSeconds }) => (legDurationSeconds ?? 0) >= 0)).toBe(true);
        },
      ),
    );
  });
});

describe('the window of a delivered load', () => {
  const at = (hour: number) => new Date(Date.UTC(2026, 2, 12, hour));
  const window = { startsAt: at(8), endsAt: at(16) };

  test.each([
    ['ends with an early delivery', at(12), null, at(12)],
    ['extends to a late delivery', at(20), null, at(20)],
    ['never reaches into the next assignment', at(20), at(18), at(18)],
    ['never ends before it starts', at(6), null, new Date(at(8).getTime() + 60_000)],
  ])('%s', (_name, deliveredAt, next, endsAt) => {
    expect(completedWindow(window, deliveredAt, next)).toEqual({ startsAt: at(8), endsAt });
  });
});
