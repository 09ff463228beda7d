import { expect, test } from '@jest/globals';
import { importRow } from '../domain/import-input.ts';

const now = new Date('2026-11-28T12:00:00Z');
const place = { country: 'US', region: 'IL', city: 'Chicago', location: { latitude: 41.85, longitude: -87.65 } };
const row = {
  line: 2,
  sourceReference: 'A-1',
  reference: 'A-1',
  createdAt: new Date('2026-11-01'),
  deliveredAt: new Date('2026-11-03'),
  destination: place,
  item: { description: 'Oranges', commodity: 'Fruit', quantity: 1 },
  values: [],
};

test('an imported place lies in its country', () => {
  expect(importRow(now).safeParse(row).error).toBeUndefined();
  const swapped = { ...place, location: { latitude: -87.65, longitude: 41.85 } };
  expect(importRow(now).safeParse({ ...row, destination: swapped }).error?.issues).toMatchObject([
    {
      path: ['destination', 'location'],
      message: 'The point lies outside US. Are latitude and longitude swapped?',
    },
  ]);
});

test('an imported city of invisible characters is absent', () => {
  const { destination } = importRow(now).parse({ ...row, destination: { ...place, city: ' \u200b' } });
  expect(destination?.city).toBeNull();
});
