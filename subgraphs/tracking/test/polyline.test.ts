import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { runs } from '#shared/test/random.ts';
import { encodePolyline } from '../domain/polyline.ts';

/** Decodes the format as its documentation describes it. */
function decode(text: string): { latitude: number; longitude: number }[] {
  const places = [];
  let index = 0;
  const number = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 5n) {
      const bits = BigInt(text.charCodeAt(index++) - 63);
      value |= (bits & 31n) << shift;
      if (bits < 32n) break;
    }
    return Number(value & 1n ? ~(value >> 1n) : value >> 1n);
  };
  let [latitude, longitude] = [0, 0];
  while (index < text.length) {
    latitude += number();
    longitude += number();
    places.push({ latitude: latitude / 1e6, longitude: longitude / 1e6 });
  }
  return places;
}

describe('an encoded polyline', () => {
  test('has 6 decimals of each place', () => {
    expect(encodePolyline([])).toBe('');
    expect(encodePolyline([{ latitude: 38.5, longitude: -120.2 }])).toBe('_izlhA~rlgdF');
  });

  test('decodes to each place within a tenth of a metre', () => {
    const place = fc.record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(place, { maxLength: 20 }), (places) => {
        const decoded = decode(encodePolyline(places));
        expect(decoded).toHaveLength(places.length);
        for (const [index, { latitude, longitude }] of places.entries()) {
          expect(decoded[index]?.latitude).toBeCloseTo(latitude, 5);
          expect(decoded[index]?.longitude).toBeCloseTo(longitude, 5);
        }
      }),
      { numRuns: runs(100) },
    );
  });
});
