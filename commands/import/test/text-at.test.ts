import { expect, test } from '@jest/globals';
import { textAt } from '../text-at.ts';

const fields = {
  pickup: { latitude: { column: 'Lat' }, windowStart: { columns: ['Day', 'Time'] } },
  item: { weightKg: { column: 'Weight', unit: { column: 'Unit' } } },
  freightCost: { column: 'Freight', currency: 'USD' },
  equipment: { constant: 'REEFER' },
};
const cells = new Map(
  Object.entries({ Lat: '91', Day: '1.3.', Time: '8:00', Weight: '-5', Unit: 'lb', Freight: '$1.005' }),
);

test.each([
  ['item.weightKg', '-5'],
  ['item.weightKg.unit', 'lb'],
  ['items.0.weightKg', '-5'],
  ['weightNote', '-5'],
  ['stops.0.location.latitude', '91'],
  ['stops.0.windowStart', '1.3., 8:00'],
  ['freightCost', '$1.005'],
  ['freightCost.amount', '$1.005'],
  ['equipment', ''],
  ['values', ''],
  ['', ''],
])('the cell of %s has the text %s', (field, text) => {
  expect(textAt(fields, field, cells)).toBe(text);
});
