import { describe, expect, test } from '@jest/globals';
import { readNumber } from '../number-format.ts';

describe('numbers of files', () => {
  test.each([
    ['12', '12'],
    ['1200.5', '1200.5'],
    ['1,234,567.89', '1234567.89'],
    ['12,34,567.89', '1234567.89'],
    ['1,00,000', '100000'],
    ['1 200.50', '1200.50'],
    ['1\u00a0200.50', '1200.50'],
    ['1\u202f200', '1200'],
    ["1'234'567.05", '1234567.05'],
    ['1’200', '1200'],
    ['.5', '0.5'],
    ['-5', '-5'],
    ['+5', '5'],
    ['−5', '-5'],
    ['12.50-', '-12.50'],
    ['(1,200.50)', '-1200.50'],
    ['‐5', '-5'],
    ['007', '007'],
    ['0.500', '0.500'],
    ['１，２３４．５', '1234.5'],
    ['٣٤', '34'],
    ['१२.५', '12.5'],
    ['𝟏𝟐', '12'],
    ['\u200e-5', '-5'],
  ])('%s with a decimal point', (text, digits) => {
    expect(readNumber(text, '.')).toEqual({ digits });
  });

  test.each([
    ['1.200,5', '1200.5'],
    ['999,99', '999.99'],
    ['1 200,50', '1200.50'],
    ["1'200,50", '1200.50'],
    ['1.234', '1234'],
    ['12,50-', '-12.50'],
    ['10', '10'],
  ])('%s with a decimal comma', (text, digits) => {
    expect(readNumber(text, ',')).toEqual({ digits });
  });

  test.each([
    ['$12.00', 'USD', '12.00'],
    ['US$ 12.00', 'USD', '12.00'],
    ['12.00 USD', 'USD', '12.00'],
    ['-$12.00', 'USD', '-12.00'],
    ['($12.00)', 'USD', '-12.00'],
    ['$-12.00', 'USD', '-12.00'],
    ['€ 1,200', 'EUR', '1200'],
    ['¥100', 'JPY', '100'],
    ['£3', 'GBP', '3'],
    ['usd 5', 'USD', '5'],
  ])('%s in %s', (text, currency, digits) => {
    expect(readNumber(text, '.', currency)).toEqual({ digits });
  });

  test.each([
    '1,5',
    '2,50',
    '1,00.5',
    '1.200,5',
    '1,2345',
    '1e3',
    '5%',
    '--5',
    '(5',
    '5)',
    '-(5)',
    '12 lbs',
    '€5',
    'CR 12.50',
    '-CR 12.50',
    '(EUR 12)',
    '1.2.3',
    '0,500',
    '00,500',
    '0,12,345',
    '0 500',
    '½',
    '5²',
    '٣४',
    '٣٫٥',
    '1\n200',
  ])('%s is a number in another format', (text) => {
    expect(readNumber(text, '.', 'USD')).toEqual({ fault: 'UNREADABLE', isNumeric: true });
  });

  test.each(['n/a', 'tbd', '-', '', 'see list', 'See ASN-93 (ID#:1281)', 'Freight Included in Commodity Cost'])(
    '%s is no number',
    (text) => {
      expect(readNumber(text, '.')).toEqual({ fault: 'UNREADABLE', isNumeric: false });
    },
  );

  test('a number that could be two is read when the decimal separator is known', () => {
    expect(readNumber('1,234', undefined)).toEqual({ fault: 'AMBIGUOUS', isNumeric: true });
    expect(readNumber('1.234', undefined)).toEqual({ fault: 'AMBIGUOUS', isNumeric: true });
    expect(readNumber('1.234,5', undefined)).toEqual({ digits: '1234.5' });
    expect(readNumber('999,99', undefined)).toEqual({ digits: '999.99' });
    expect(readNumber('1200.125', undefined)).toEqual({ digits: '1200.125' });
    expect(readNumber('0.123', undefined)).toEqual({ digits: '0.123' });
    expect(readNumber('-0,500', undefined)).toEqual({ digits: '-0.500' });
    expect(readNumber('0.500', ',')).toEqual({ fault: 'UNREADABLE', isNumeric: true });
  });
});
