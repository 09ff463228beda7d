import { describe, expect, test } from '@jest/globals';
import { restsDuring, transitMs } from '../geo/hours-of-service.ts';
import { roadMeters, roadMetersOver } from '../geo/road.ts';
import { greatCircleMeters } from '../geo/sphere.ts';

const chicago = { latitude: 41.8781, longitude: -87.6298, country: 'US' };
const dallas = { latitude: 32.7767, longitude: -96.797, country: 'US' };
const monterrey = { latitude: 25.6866, longitude: -100.3161, country: 'MX' };
const hour = 3_600_000;

describe('roads', () => {
  test('are longer than the great circle, by the factors of both countries', () => {
    expect(roadMeters(chicago, dallas)).toBe(Math.round(greatCircleMeters(chicago, dallas) * 1.2));
    expect(roadMeters(dallas, monterrey)).toBe(Math.round(greatCircleMeters(dallas, monterrey) * 1.33));
    expect(roadMeters(chicago, dallas) / 1000).toBeCloseTo(1_550, -2);
  });

  test('add up over the stops, in both directions', () => {
    const legs = roadMeters(chicago, dallas) + roadMeters(dallas, monterrey);
    expect(roadMetersOver([chicago, dallas, monterrey])).toBe(legs);
    expect(roadMetersOver([monterrey, dallas, chicago])).toBe(legs);
    expect(roadMetersOver([chicago])).toBe(0);
  });
});

describe('a driver', () => {
  test('rests ten hours after eleven hours of driving', () => {
    expect([880_000, 960_000].map(transitMs)).toEqual([11 * hour, 22 * hour]);
  });

  test('takes no rest after the last hour', () => {
    expect([0, 11, 11.01, 22, 22.01].map(restsDuring)).toEqual([0, 0, 1, 1, 2]);
  });
});
