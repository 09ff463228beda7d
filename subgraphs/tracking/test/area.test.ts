import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Refusal } from '#shared/errors/errors.ts';
import type { Point } from '#shared/geo/sphere.ts';
import { parseInput } from '#shared/input/parse-input.ts';
import { type Area, type Bounds, toRectangles, toZone } from '../domain/area.ts';
import { areaInput } from '../domain/area-input.ts';
import { createGeofenceInput } from '../domain/geofence-input.ts';

const at = (latitude: number, longitude: number): Point => ({ latitude, longitude });
const polygon = (...vertices: Point[]): Area => ({ kind: 'POLYGON', vertices });
const circle = (center: Point, radiusMeters: number): Area => ({ kind: 'CIRCLE', center, radiusMeters });

describe('an area', () => {
  test('contains its border', () => {
    const square = toZone(polygon(at(0, 0), at(1, 0), at(1, 1), at(0, 1)));
    for (const place of [at(0, 0), at(0.5, 0), at(0.5, 1), at(1, 0.3), at(0, 0.3), at(0.5, 0.5)])
      expect(square.contains(place)).toBe(true);
    for (const place of [at(-0.0001, 0.5), at(0.5, 1.0001), at(2, 0), at(0, 2)])
      expect(square.contains(place)).toBe(false);
  });

  test('may cross the antimeridian', () => {
    const fiji = toZone(polygon(at(-20, 176), at(-15, 176), at(-15, -178), at(-20, -178)));
    for (const place of [at(-17, 177), at(-17, 180), at(-17, -180), at(-17, -179)])
      expect(fiji.contains(place)).toBe(true);
    for (const place of [at(-17, 175), at(-17, -177), at(-17, 0)]) expect(fiji.contains(place)).toBe(false);
    expect(fiji.bounds).toEqual({ south: -20, west: 176, north: -15, east: -178 });
    expect(toRectangles(fiji.bounds)).toEqual([
      { south: -20, west: 176, north: -15, east: 180 },
      { south: -20, west: -180, north: -15, east: -178 },
    ]);
    const taveuni = toZone(circle(at(-16.9, 179.95), 20_000));
    expect(taveuni.contains(at(-16.9, -179.95))).toBe(true);
    expect(taveuni.bounds.west).toBeGreaterThan(taveuni.bounds.east);
  });

  test('may contain a pole', () => {
    const antarctic = toZone(polygon(at(-66, -180), at(-66, -90), at(-66, 0), at(-66, 90)));
    expect(antarctic.contains(at(-90, 12))).toBe(true);
    expect(antarctic.contains(at(-70, 179))).toBe(true);
    expect(antarctic.contains(at(-65, 179))).toBe(false);
    expect(antarctic.bounds).toMatchObject({ west: -180, east: 180, south: -90 });
    const pole = toZone(circle(at(89.9, 30), 50_000));
    expect(pole.contains(at(89.9, -150))).toBe(true);
    expect(pole.bounds).toMatchObject({ west: -180, east: 180, north: 90 });
  });

  test('lies within its bounds, anywhere on earth', () => {
    const anywhere = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    const radius = fc.double({ min: 10, max: 500_000, noNaN: true });
    fc.assert(
      fc.property(anywhere, radius, fc.array(anywhere, { maxLength: 20 }), (center, radiusMeters, places) => {
        const zone = toZone(circle(center, radiusMeters));
        // Uniform places rarely fall inside; some near the centre do.
        const near = places.map((place) => at(center.latitude, wrapped(center.longitude + place.longitude / 100)));
        for (const place of [center, ...near]) {
          if (zone.contains(place)) expect(inBounds(zone.bounds, place)).toBe(true);
        }
      }),
    );
  });

  test('tells how far outside a place lies', () => {
    const square = toZone(polygon(at(0, 0), at(1, 0), at(1, 1), at(0, 1)));
    expect(square.metersOutside(at(0.5, 0.5))).toBe(0);
    expect(square.metersOutside(at(0.5, 1.001))).toBeCloseTo(111.2, 0);
    expect(toZone(circle(at(10, 10), 500)).metersOutside(at(10.01, 10))).toBeCloseTo(1111.95 - 500, 0);
  });
});

describe('the area of a geofence', () => {
  test('may be a circle or a polygon, closed or not', () => {
    const disc = { center: at(1, 2), radiusMeters: 100 };
    expect(parseInput(areaInput, { circle: disc })).toEqual(circle(at(1, 2), 100));
    const closed = [at(0, 0), at(1, 0), at(1, 1), at(1, 1), at(0, 0)];
    expect(parseInput(areaInput, { polygon: { vertices: closed } })).toEqual(polygon(at(1, 0), at(1, 1), at(0, 0)));
  });

  test.each<[string, object, string]>([
    ['no shape', {}, 'area'],
    [
      'two shapes',
      { circle: { center: at(1, 2), radiusMeters: 50 }, polygon: { vertices: [at(0, 0), at(1, 1), at(1, 0)] } },
      'area',
    ],
    ['a radius of 0', { circle: { center: at(1, 2), radiusMeters: 0 } }, 'area.circle.radiusMeters'],
    ['a radius of 9,000 km', { circle: { center: at(1, 2), radiusMeters: 9e6 } }, 'area.circle.radiusMeters'],
    [
      'a radius that is no number',
      { circle: { center: at(1, 2), radiusMeters: Number.NaN } },
      'area.circle.radiusMeters',
    ],
    ['a center without coordinates', { circle: { center: at(0, 0.005), radiusMeters: 50 } }, 'area.circle.center'],
    ['a latitude of 91', { circle: { center: at(91, 0), radiusMeters: 50 } }, 'area.circle.center.latitude'],
    ['two vertices', { polygon: { vertices: [at(0, 0), at(1, 1), at(0, 0)] } }, 'area.polygon.vertices'],
    ['a line', { polygon: { vertices: [at(0, 0), at(1, 1), at(2, 2)] } }, 'area.polygon.vertices'],
    ['a bow tie', { polygon: { vertices: [at(0, 0), at(1, 1), at(1, 0), at(0, 1)] } }, 'area.polygon.vertices'],
    [
      'a longitude of 181',
      { polygon: { vertices: [at(0, 0), at(1, 181), at(1, 0)] } },
      'area.polygon.vertices.1.longitude',
    ],
    [
      'an edge of exactly 180 degrees',
      { polygon: { vertices: [at(0, 0), at(10, 180), at(1, 90)] } },
      'area.polygon.vertices',
    ],
    [
      'too many vertices',
      { polygon: { vertices: Array.from({ length: 10_000 }, (_, i) => at(i / 200, 0)) } },
      'area.polygon.vertices',
    ],
  ])('is refused with %s', (_name, input, field) => {
    expect(faultsOf({ ...yard, area: input })).toEqual([field]);
  });

  test('has a printable name and a bounded hysteresis', () => {
    expect(parseInput(createGeofenceInput, { ...yard, name: '  Yard 7 ' })).toMatchObject({ name: 'Yard 7' });
    for (const name of ['', '   ', 'x'.repeat(121), 'a\u0000b', 'a\nb', '\ud800'])
      expect(faultsOf({ ...yard, name })).toContain('name');
    expect(faultsOf({ ...yard, hysteresisMeters: 0 })).toEqual([]);
    for (const hysteresisMeters of [-1, 1_001, Number.NaN])
      expect(faultsOf({ ...yard, hysteresisMeters })).toEqual(['hysteresisMeters']);
  });
});

const yard = {
  idempotencyKey: 'yard-key-1',
  name: 'Yard',
  area: { circle: { center: at(1, 2), radiusMeters: 100 } },
  hysteresisMeters: 50,
};

/** The fields at fault. */
function faultsOf(input: object): string[] {
  try {
    parseInput(createGeofenceInput, input);
    return [];
  } catch (error) {
    return error instanceof Refusal ? error.userErrors.map(({ field }) => (field ?? []).join('.')) : [String(error)];
  }
}

function wrapped(longitude: number): number {
  return longitude > 180 ? longitude - 360 : longitude < -180 ? longitude + 360 : longitude;
}

function inBounds(bounds: Bounds, { latitude, longitude }: Point): boolean {
  const slack = 1e-7;
  return toRectangles(bounds).some(
    ({ south, west, north, east }) =>
      latitude >= south - slack && latitude <= north + slack && longitude >= west - slack && longitude <= east + slack,
  );
}
