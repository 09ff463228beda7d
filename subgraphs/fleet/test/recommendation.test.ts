import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { LoadFacts } from '../domain/load.ts';
import { type DriverCandidate, factors, recommend, type VehicleCandidate, weights } from '../domain/recommendation.ts';
import { chicago, dallas, now } from './fleet-harness.ts';

const load: LoadFacts = {
  equipment: 'DRY_VAN',
  weightKg: 10_000,
  volumeM3: 50,
  distanceMeters: 1_500_000,
  stops: [chicago, dallas],
  pickupFrom: new Date(now.getTime() + 24 * 3_600_000),
  deliverBy: new Date(now.getTime() + 72 * 3_600_000),
};
const anna: DriverCandidate = {
  id: 'a',
  name: 'Anna',
  active: true,
  equipment: ['DRY_VAN'],
  usualVehicleId: 'van',
  home: chicago,
  before: null,
  points: 1_000,
  hoursOnDuty: 35,
};
const van: VehicleCandidate = {
  id: 'van',
  plate: 'IL-1',
  active: true,
  equipment: 'DRY_VAN',
  maxWeightKg: 20_000,
  maxVolumeM3: 100,
  home: chicago,
};
const best = (drivers: DriverCandidate[], vehicles: VehicleCandidate[] = [van], first = 5) =>
  recommend(load, drivers, vehicles, { first, now });

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
    const away = { ...anna, id: 'b', before: { place: dallas, freeAt: now } };
    const back = { ...anna, id: 'c', home: dallas, before: { place: chicago, freeAt: now } };
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
    const far = { ...van, id: 'far', home: dallas };
    const near = { ...van, id: 'near' };
    const [found] = best([anna], [far, near]);
    expect(found?.vehicleId).toBe('near');
    expect(found?.reasons.at(-1)).toMatchObject({ factor: 'EQUIPMENT', value: 0.6 });
  });

  test('says how late the driver would arrive', () => {
    const [late] = best([
      { ...anna, before: { place: chicago, freeAt: new Date(load.pickupFrom.getTime() + 7_200_000) } },
    ]);
    expect(late?.reasons[1]).toMatchObject({ figure: -2, value: 0, points: 0 });
    expect(late?.reasons[1]?.explanation).toContain('2 h after');
  });

  test('ranks the same candidates the same way, in any order of input', () => {
    const candidate = fc.record({
      id: fc.uuid(),
      points: fc.integer({ min: -500, max: 5_000 }),
      hoursOnDuty: fc.double({ min: 0, max: 120, noNaN: true }),
      home: fc.constantFrom(chicago, dallas),
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
