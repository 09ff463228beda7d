import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { greatCircleMeters } from '#shared/geo/sphere.ts';
import { progressAfter } from '../../../demo/driving.ts';
import { Way } from '../../../demo/way.ts';
import { type Duty, driverInCharge, mayReport } from '../domain/duty.ts';
import { estimateArrival, type Journey } from '../domain/eta.ts';
import { chicago, denver } from './scene.ts';

const hour = 3_600_000;
const duty = (given: Partial<Duty>): Duty => ({
  vehicleId: 'truck',
  driverId: 'ann',
  assignedAt: 0,
  startsAt: 10 * hour,
  endedAt: null,
  ...given,
});

describe('a driver who reports for a vehicle', () => {
  test('may do so during work, on the way there, and for half a day on the way home', () => {
    const own = [duty({ endedAt: 20 * hour })];
    expect([-1, 0, 10, 19, 32, 33].map((at) => mayReport(own, 'ann', at * hour))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(mayReport(own, 'bob', 15 * hour)).toBe(false);
    expect(mayReport([], 'ann', 0)).toBe(false);
  });

  test('may not do so on the way while another driver works with the vehicle', () => {
    const shared = [duty({ endedAt: 20 * hour }), duty({ driverId: 'bob', assignedAt: 5 * hour, startsAt: 21 * hour })];
    expect(mayReport(shared, 'bob', 15 * hour)).toBe(false);
    expect(mayReport(shared, 'bob', 20.5 * hour)).toBe(true);
    expect(mayReport(shared, 'ann', 22 * hour)).toBe(false);
  });

  test('is in charge during work, otherwise if assigned last', () => {
    const shared = [duty({ endedAt: 20 * hour }), duty({ driverId: 'bob', assignedAt: 5 * hour, startsAt: 21 * hour })];
    expect([-1, 1, 6, 11, 20.5, 22].map((at) => driverInCharge(shared, at * hour))).toEqual([
      null,
      'ann',
      'bob',
      'ann',
      'bob',
      'bob',
    ]);
  });
});

describe('an estimated arrival', () => {
  const now = new Date('2026-03-02T12:00:00.000Z');
  const journey = (given: Partial<Journey> = {}): Journey => ({
    origin: chicago,
    destination: denver,
    plannedMeters: greatCircleMeters(chicago, denver) * 1.2,
    position: { ...chicago, recordedAt: now },
    recentSpeedMetersPerSecond: null,
    ...given,
  });
  function known(given: Partial<Journey> = {}, at = now) {
    const eta = estimateArrival(journey(given), at);
    if (eta.status === 'UNKNOWN') throw new Error(eta.unknownReason);
    return eta;
  }

  test.each<[string, Journey | null]>([
    ['NOT_ON_THE_ROAD', null],
    ['NO_DESTINATION', journey({ destination: null })],
    ['NO_POSITION', journey({ position: null })],
    ['STALE_POSITION', journey({ position: { ...chicago, recordedAt: new Date(now.getTime() - 7 * hour) } })],
  ])('is unknown with the reason %s', (unknownReason, given) => {
    expect(estimateArrival(given, now)).toEqual({ status: 'UNKNOWN', unknownReason });
  });

  test('uses the road factor of the plan, the speed of the lane and the rests of the law', () => {
    const eta = known();
    const meters = greatCircleMeters(chicago, denver) * 1.2;
    const driving = (meters / 80_000) * hour;
    expect(eta).toMatchObject({ basis: 'LANE_DEFAULT', remainingMeters: meters });
    // 22.1 h of driving and two rests of ten hours.
    expect(eta.arrivesAt.getTime()).toBeCloseTo(now.getTime() + driving + 20 * hour, -2);
  });

  test('has a narrower interval if the speed is known', () => {
    const near = { position: { latitude: 39.8, longitude: -103, recordedAt: now } };
    const width = (eta: ReturnType<typeof known>) => eta.latestAt.getTime() - eta.earliestAt.getTime();
    const measured = known({ ...near, recentSpeedMetersPerSecond: 80_000 / 3600 });
    expect(measured.basis).toBe('RECENT_SPEED');
    expect(width(measured)).toBeLessThan(width(known(near)));
  });

  test('is never in the past and stays within its interval, for any place and time', () => {
    const anywhere = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(
        anywhere,
        anywhere,
        fc.integer({ min: 0, max: 6 * hour }),
        fc.option(fc.double({ min: 0, max: 200, noNaN: true })),
        fc.option(fc.double({ min: 0, max: 1e8, noNaN: true })),
        (from, destination, silence, recentSpeedMetersPerSecond, plannedMeters) => {
          const position = { ...from, recordedAt: new Date(now.getTime() - silence) };
          const eta = known({ destination, position, recentSpeedMetersPerSecond, plannedMeters });
          expect(eta.earliestAt.getTime()).toBeGreaterThanOrEqual(now.getTime());
          expect(eta.arrivesAt.getTime()).toBeGreaterThanOrEqual(eta.earliestAt.getTime());
          expect(eta.latestAt.getTime()).toBeGreaterThan(eta.arrivesAt.getTime());
          expect(eta.remainingMeters).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe('a great-circle path', () => {
  test('leads through its stops at constant speed, heading for the next one', () => {
    const stops = [
      { latitude: 0, longitude: 179 },
      { latitude: 0, longitude: -179 },
      { latitude: 2, longitude: -179 },
    ];
    const way = new Way(stops);
    const expected: [share: number, latitude: number, longitude: number, heading: number][] = [
      [0, 0, 179, 90],
      [0.25, 0, 180, 90],
      [0.75, 1, -179, 0],
      [1, 2, -179, 0],
    ];
    for (const [share, latitude, longitude, heading] of expected) {
      const point = way.at(share);
      expect(point.latitude).toBeCloseTo(latitude, 6);
      expect(Math.abs(point.longitude)).toBeCloseTo(Math.abs(longitude), 6);
      expect(point.headingDegrees).toBeCloseTo(heading, 3);
    }
    expect(way.at(7)).toEqual(way.at(1));
  });

  test('may have no length', () => {
    expect(new Way([chicago]).at(0.5).latitude).toBeCloseTo(chicago.latitude, 9);
    expect(new Way([chicago, chicago]).at(1).longitude).toBeCloseTo(chicago.longitude, 9);
    expect(() => new Way([])).toThrow(RangeError);
  });
});

test('a driver rests ten hours after eleven of driving', () => {
  expect(progressAfter(-5)).toEqual({ roadMeters: 0, resting: false });
  expect(progressAfter(hour).roadMeters).toBeCloseTo(80_000, 6);
  expect(progressAfter(15 * hour)).toMatchObject({ resting: true });
  expect(progressAfter(15 * hour).roadMeters).toBeCloseTo(880_000, 6);
  expect(progressAfter(22 * hour).roadMeters).toBeCloseTo(960_000, 6);
});
