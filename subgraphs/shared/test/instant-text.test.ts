import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantText } from '../database/instant-text.ts';

test('times are written as toISOString writes them, and invalid ones are refused in the same way', () => {
  fc.assert(fc.property(fc.date({ noInvalidDate: true }), (at) => expect(instantText(at)).toBe(at.toISOString())));
  expect(() => instantText(new Date(Number.NaN))).toThrow(RangeError);
});
