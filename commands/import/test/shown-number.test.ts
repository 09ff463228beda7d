import { SSF } from '@e965/xlsx';
import { expect, test } from '@jest/globals';
import { shownNumber } from '../shown-number.ts';

const show = (value: number, format: string, decimal: '.' | ',' = '.') =>
  shownNumber(value, format, decimal, (code, number) => SSF.format(code, number));
const accounting = '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)';

test.each([
  [123_456_789_012_345, 'General', '123456789012345'],
  [0.1 + 0.2, '0.00', '0.3'],
  [1.5, '#,##0.00 "lb"', '1.5 lb'],
  [1.5, '#,##0.00 [$€-407]', '1.5 €'],
  [1234.567, '[$$-409]#,##0.00', '$1234.567'],
  [3, '[$-409]0.00', '3'],
  [-1234.5, accounting, '-$1234.5'],
  [0, accounting, '$0'],
  [0, '#', '0'],
  [-1.5, '0.00;[Red]0.00', '-1.5'],
  [-0.2, '0', '-0.2'],
  [2.5, '0.00 "m3"', '2.5 m3'],
  [1234.5, "#'##0.00", '1234.5'],
  [12_345, '##0.0E+0', '12345'],
  [0.5, '0%', '50%'],
  [1.5, '# ?/?', '1 1/2'],
  [501, '00000', '00501'],
  [5_551_234_567, '(000) 000-0000', '(555) 123-4567'],
])('%d with the format %s is %s', (value, format, text) => {
  expect(show(value, format)).toBe(text);
});

test.each([
  [1_234_567, '#,##0,'],
  [1234, '$#,##0,'],
  [1234, '0"."000'],
  [5, '(0)'],
  [5, ';;;'],
  [5, '0‰'],
])('the number that %d shows with the format %s is unknown', (value, format) => {
  expect(show(value, format)).toBeUndefined();
});

test('a number is written with the decimal separator of the mapping', () => {
  expect(show(1.5, '0.00 "kg"', ',')).toBe('1,5 kg');
});
