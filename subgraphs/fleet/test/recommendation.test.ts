import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { DriverCandidate, VehicleCandidate } from '../domain/candidate.ts';
import type { LoadFacts } from '../domain/load.ts';
import type { Place } from '../domain/place.ts';
import { factors, weights } from '../domain/reasons.ts';
import { recommend } from '../domain/recommendation.ts';
import { whereaboutsOf } from '../domain/whereabouts.ts';
import { chicago, dallas, now } from './fleet-harness.ts';

const load: LoadFacts = {
  equipment: 'DRY_VAN',
  weightKg: 10_000,
  volumeM3: 50,
  distanceMeters: 1_500_000,
  stops: [chicago, dallas],
  pickupFrom: new Date(now.getTime() + 24 * 3_600_000),
  pickupUntil: new Date(now.getTime() + 36 * 3_600_000),
  deliverBy: new Date(now.getTime() + 72 * 3_600_000),
};
const home = (place: Place) => whereaboutsOf({ home: place, before: null, seen: null }, now);
const afterLoad = (place: Place, freeAt = now) =>
  whereaboutsOf({ home: chicago, before: { place, freeAt, isDelivered: false }, seen: null }, now);
const anna: DriverCandidate = {
  id: 'a',
  name: 'Anna',
  active: true,
  equipment: ['DRY_VAN'],
  usualVehicleId: 'van',
  at: home(chicago),
  points: 1_000,
  hoursOnDuty: 35,
  isOnDuty: true,
};
const van: VehicleCandidate = {
  id: 'van',
  plate: 'IL-1',
  active: true,
  equipment: 'DRY_VAN',
  maxWeightKg: 20_000,
  maxVolumeM3: 100,
  at: home(chicago),
};
const weigh = (drivers: DriverCandidate[], vehicles: VehicleCandidate[] = [van], first = 5) =>
  recommend(load, drivers, vehicles, { first, now });
const best = (...given: Parameters<typeof weigh>) => weigh(...given).recommendations;

describe('a recommendation', () => {
  test('weighs six reasons, each with its figure, and its total is their sum', () => {
    const [found] = best([anna]);
    expect(found?.reasons.map(({ factor, figure, value, points }) => [factor, figure, value, points])).toEqual([
      ['DISTANCE', 0, 1, 35],
      ['AVAILABILITY', 24, 1, 15],
      ['SCORE', 1_000, 0.5, 7.5],
      ['HOURS_ON_DUTY', 35, 0.5, 7.5],
      ['CAPACITY', 50, 0.5, 5],
      ['EQUIPMENT', 1, 1, 10],
    ]);
    expect(found?.total).toBe(80);
    expect(factors.reduce((sum, factor) => sum + weights[factor], 0)).toBeCloseTo(1, 10);
  });

  test('prefers drivers who are near at the pickup to drivers who live near', () => {
    const away = { ...anna, id: 'b', at: afterLoad(dallas) };
    const back = { ...anna, id: 'c', at: afterLoad(chicago) };
    expect(best([away, back, anna]).map(({ driverId }) => driverId)).toEqual(['a', 'c', 'b']);
  });

  test('leaves out drivers and vehicles that cannot carry the load', () => {
    const reefer: VehicleCandidate = { ...van, equipment: 'REEFER' };
    expect(best([{ ...anna, active: false }])).toEqual([]);
    expect(best([{ ...anna, equipment: ['REEFER'] }])).toEqual([]);
    expect(best([anna], [reefer])).toEqual([]);
    expect(best([anna], [{ ...van, maxWeightKg: 9_999 }])).toEqual([]);
    expect(best([anna], [])).toEqual([]);
  });

  test('chooses the nearest fitting vehicle if the usual one is taken, and says so', () => {
    const far = { ...van, id: 'far', at: home(dallas) };
    const near = { ...van, id: 'near' };
    const [found] = best([anna], [far, near]);
    expect(found?.vehicleId).toBe('near');
    expect(found?.reasons.at(-1)).toMatchObject({ factor: 'EQUIPMENT', value: 0.6 });
  });

  test('says how late after the start of the pickup window the driver would arrive', () => {
    const [late] = best([{ ...anna, at: afterLoad(chicago, new Date(load.pickupFrom.getTime() + 7_200_000)) }]);
    expect(late?.reasons[1]).toMatchObject({ figure: -2, value: 0, points: 0 });
    expect(late?.reasons[1]?.explanation).toContain('2 h after');
  });

  test('marks who is off duty', () => {
    const [found] = best([{ ...anna, isOnDuty: false }]);
    expect(found).toMatchObject({ isOnDuty: false });
    expect(found?.reasons[1]?.explanation).toContain('Off duty now.');
  });

  test('weighs the farther of driver and vehicle, and names both places', () => {
    const [found] = best([anna], [{ ...van, at: home(dallas) }]);
    expect(found?.reasons[0]).toMatchObject({ factor: 'DISTANCE', figure: expect.closeTo(1_550_000, -5) });
    expect(found?.reasons[0]?.explanation).toMatch(
      /^Anna: 0 km to the pickup from Chicago, IL, the home base. IL-1: 15\d\d km to the pickup from Dallas, TX, the home base.$/,
    );
  });

  const vancouver = { latitude: 49.28, longitude: -123.12 };

  test('leaves out who cannot be there within the pickup window, with the distance and how late', () => {
    const seen = { ...vancouver, at: new Date(now.getTime() - 60_000) };
    const away = whereaboutsOf({ home: chicago, before: null, seen }, now);
    const withVehicle = weigh([anna], [{ ...van, at: away }]);
    expect(withVehicle.recommendations).toEqual([]);
    expect(withVehicle.excluded).toMatchObject([
      {
        reason: 'TOO_FAR',
        explanation: expect.stringMatching(/^Anna with IL-1: 3\d\d\d km .* the position 1 min ago, .* h too late.$/),
      },
    ]);
    expect(weigh([{ ...anna, at: away }]).excluded).toMatchObject([{ reason: 'TOO_FAR' }]);
  });

  test('leaves out who has used up the hours on duty', () => {
    const { recommendations, excluded } = weigh([{ ...anna, hoursOnDuty: 91.59 }]);
    expect(recommendations).toEqual([]);
    expect(excluded).toEqual([
      {
        reason: 'OVER_DUTY_HOURS',
        explanation: 'Anna: 91.59 h on duty in the eight days to the pickup. 70 h are allowed.',
      },
    ]);
  });

  test('takes another vehicle if the usual one cannot be there in time', () => {
    const seen = { ...vancouver, at: now };
    const usual = { ...van, at: whereaboutsOf({ home: chicago, before: null, seen }, now) };
    expect(best([anna], [usual, { ...van, id: 'near' }])).toMatchObject([{ vehicleId: 'near' }]);
  });

  test('ranks the same candidates the same way, in any order of input', () => {
    const candidate = fc.record({
      id: fc.uuid(),
      points: fc.integer({ min: -500, max: 5_000 }),
      hoursOnDuty: fc.double({ min: 0, max: 120, noNaN: true }),
      at: fc.constantFrom(home(chicago), home(dallas)),
    });
    fc.assert(
      fc.property(fc.uniqueArray(candidate, { selector: ({ id }) => id, maxLength: 20 }), (drawn) => {
        const drivers = drawn.map((given) => ({ ...anna, ...given }));
        const found = best(drivers, [van], 50);
        expect(best(drivers.toReversed(), [van], 50)).toEqual(found);
        expect(found.every(({ total }) => total >= 0 && total <= 100)).toBe(true);
        expect(best(drivers, [van], 3)).toEqual(found.slice(0, 3));
      }),
    );
  });
});

describe('where a driver or vehicle is', () => {
  const delivered = { place: dallas, freeAt: new Date(now.getTime() - 3_600_000), isDelivered: true };
  const seenBefore = (minutes: number) => ({
    latitude: 40,
    longitude: -90,
    at: new Date(now.getTime() - minutes * 60_000),
  });

  test.each([
    ['the home base', { before: null, seen: null }, 'Chicago, IL, the home base'],
    ['the last stop', { before: delivered, seen: null }, 'Dallas, TX, the last stop'],
    ['a newer position', { before: delivered, seen: seenBefore(14) }, '40.00, -90.00, the position 14 min ago'],
    ['a newer last stop', { before: delivered, seen: seenBefore(300) }, 'Dallas, TX, the last stop'],
    ['an old position', { before: null, seen: seenBefore(300) }, '40.00, -90.00, the position 5 h ago'],
    [
      'the end of a load that is still to deliver',
      { before: { ...delivered, isDelivered: false }, seen: seenBefore(1) },
      'Dallas, TX, where the last load before it ends',
    ],
  ])('is %s', (_what, traces, source) => {
    expect(whereaboutsOf({ home: chicago, ...traces }, now)).toMatchObject({ source, freeAt: now });
  });
});
