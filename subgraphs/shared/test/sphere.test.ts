import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { simplify } from '../../tracking/domain/simplify.ts';
import { maxTrackPoints, toTrack } from '../../tracking/domain/track.ts';
import { arcMeters, distanceToSegment, greatCircleMeters, type Point, vectorOf } from '../geo/sphere.ts';

const place = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

/** A random line of small steps, anywhere on earth. */
const line = fc
  .tuple(
    fc.record({
      latitude: fc.double({ min: -80, max: 80, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
    fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
      minLength: 1,
      maxLength: 120,
    }),
  )
  .map(([start, steps]) => {
    const places: Point[] = [start];
    for (const [north, east] of steps) {
      const last = places.at(-1) ?? start;
      const longitude = last.longitude + east * 1e-4;
      places.push({
        latitude: last.latitude + north * 1e-4,
        longitude: longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude,
      });
    }
    return places;
  });

describe('distance', () => {
  test('agrees with known great circles', () => {
    const paris = { latitude: 48.8566, longitude: 2.3522 };
    const london = { latitude: 51.5074, longitude: -0.1278 };
    expect(greatCircleMeters(paris, london) / 1000).toBeCloseTo(343.6, 0);
    const quarter = greatCircleMeters({ latitude: 0, longitude: 0 }, { latitude: 90, longitude: 77 });
    expect(quarter).toBeCloseTo((Math.PI / 2) * 6_371_008.8, 3);
  });

  test('is the same with haversine and with vectors, in both directions', () => {
    fc.assert(
      fc.property(place, place, (from, to) => {
        const meters = greatCircleMeters(from, to);
        expect(arcMeters(vectorOf(from), vectorOf(to))).toBeCloseTo(meters, -1);
        expect(greatCircleMeters(to, from)).toBeCloseTo(meters, 5);
      }),
    );
  });

  test('to a segment is the cross-track distance, or the distance to its nearer end', () => {
    const along = distanceToSegment(
      vectorOf({ latitude: 0, longitude: 179 }),
      vectorOf({ latitude: 0, longitude: -179 }),
    );
    const degree = (Math.PI / 180) * 6_371_008.8;
    expect(along(vectorOf({ latitude: 1, longitude: 180 }))).toBeCloseTo(degree, 3);
    expect(along(vectorOf({ latitude: 0, longitude: -178 }))).toBeCloseTo(degree, 3);
    expect(along(vectorOf({ latitude: 0, longitude: 178 }))).toBeCloseTo(degree, 3);
    const nowhere = vectorOf({ latitude: 10, longitude: 10 });
    expect(distanceToSegment(nowhere, nowhere)(vectorOf({ latitude: 11, longitude: 10 }))).toBeCloseTo(degree, 3);
  });
});

describe('a simplified track', () => {
  test('keeps its ends, and no position is farther off than its tolerance', () => {
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 500 }), fc.integer({ min: 2, max: 60 }), (places, asked, limit) => {
        const { points, toleranceMeters } = simplify(places, asked, limit);
        expect(points.length).toBeLessThanOrEqual(Math.max(2, limit));
        expect(toleranceMeters).toBeGreaterThanOrEqual(asked);
        expect(points[0]).toBe(places[0]);
        expect(points.at(-1)).toBe(places.at(-1));
        expect(farthestFrom(points, places)).toBeLessThanOrEqual(toleranceMeters + 0.01);
      }),
    );
  });

  test('drops positions on a straight road and keeps the bend', () => {
    const straight = Array.from({ length: 50 }, (_, step) => ({ latitude: 0, longitude: step / 100 }));
    const bend = Array.from({ length: 50 }, (_, step) => ({ latitude: step / 100, longitude: 0.5 }));
    const { points } = simplify([...straight, ...bend], 10, 1_000);
    expect(points).toEqual([straight[0], bend[0], bend[49]]);
  });

  test('has a maximum length even if every position is a bend', () => {
    const zigzag = Array.from({ length: 2_000 }, (_, step) => ({
      latitude: (step % 2) / 100 + step / 1e5,
      longitude: step / 1e4,
      recordedAt: new Date(step * 1000),
      speedMetersPerSecond: null,
    }));
    const track = toTrack(zigzag, 12_000, 0);
    expect(track?.points.length).toBeLessThanOrEqual(maxTrackPoints);
    expect(track).toMatchObject({ recordedCount: 12_000, sampled: true, durationSeconds: 1_999 });
  });

  test('is empty without a position, and a single point with one', () => {
    expect(toTrack([], 0, 25)).toBeNull();
    const alone = { latitude: 1, longitude: 2, recordedAt: new Date(0), speedMetersPerSecond: 3 };
    expect(toTrack([alone], 1, 25)).toMatchObject({ points: [alone], distanceMeters: 0, durationSeconds: 0 });
  });
});

function farthestFrom(points: readonly Point[], places: readonly Point[]): number {
  const segments = points
    .slice(1)
    .map((point, index) => distanceToSegment(vectorOf(points[index] ?? point), vectorOf(point)));
  return Math.max(...places.map((place) => Math.min(...segments.map((distance) => distance(vectorOf(place))))));
}
