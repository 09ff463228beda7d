import { describe, expect, test } from '@jest/globals';
import { iso31661 } from 'iso-3166';
import { z } from 'zod';
import { mayLieIn } from '../geo/countries.ts';
import { countryBoxes } from '../geo/country-boxes.ts';
import { country, inCountry, point } from '../input/place.ts';

describe('a point', () => {
  test.each<[string, string, number, number]>([
    ['Chicago', 'US', 41.85, -87.65],
    ['Anchorage', 'US', 61.22, -149.9],
    ['Attu, beyond the antimeridian', 'US', 52.9, 173.0],
    ['Honolulu', 'US', 21.31, -157.86],
    ['San Juan, as an address of the United States', 'US', 18.47, -66.11],
    ['San Juan', 'PR', 18.47, -66.11],
    ['Saint-Denis', 'RE', -20.88, 55.45],
    ['Paris', 'FR', 48.85, 2.35],
    ['Suva', 'FJ', -18.14, 178.44],
    ['Lau, beyond the antimeridian', 'FJ', -18.2, -178.8],
    ['Taveuni, at the antimeridian', 'FJ', -16.85, 180],
    ['Chukotka', 'RU', 66.2, -169.8],
    ['Kaliningrad', 'RU', 54.71, 20.51],
    ['the Chatham Islands', 'NZ', -43.95, -176.55],
    ['Longyearbyen', 'SJ', 78.22, 15.65],
    ['Monaco', 'MC', 43.74, 7.43],
    ['Singapore', 'SG', 1.29, 103.85],
    ['Niagara Falls, across the border', 'US', 43.09, -79.08],
  ])('in %s may lie in %s', (_where, code, latitude, longitude) => {
    expect(mayLieIn(code, { latitude, longitude })).toBe(true);
  });

  test.each<[string, string, number, number]>([
    ['Chicago with latitude and longitude swapped', 'US', -87.65, 41.85],
    ['Chicago without its sign', 'US', 41.85, 87.65],
    ['the pole', 'US', 90, 0],
    ['the sea off Ghana', 'US', 0.5, 0.5],
    ['Berlin with latitude and longitude swapped', 'DE', 13.4, 52.52],
    ['Delhi with latitude and longitude swapped', 'IN', 77.21, 28.61],
    ['Suva without its sign', 'FJ', 18.14, 178.44],
  ])('at %s does not lie in %s', (_where, code, latitude, longitude) => {
    expect(mayLieIn(code, { latitude, longitude })).toBe(false);
  });

  test('outside its country is refused with a hint', () => {
    const place = z.object({ country, location: point }).superRefine(inCountry);
    const { error } = place.safeParse({ country: 'us', location: { latitude: -87.65, longitude: 41.85 } });
    expect(error?.issues).toMatchObject([
      { path: ['location'], message: 'The point lies outside US. Are latitude and longitude swapped?' },
    ]);
  });
});

test('every country of ISO 3166-1 has its rectangles', () => {
  expect(Object.keys(countryBoxes)).toEqual(iso31661.map(({ alpha2 }) => alpha2).toSorted());
  for (const text of Object.values(countryBoxes)) expect(text).toMatch(/^(-?\d+ -?\d+ -?\d+ -?\d+(, |$))+$/);
});
