import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findPhone } from '#shared/input/phone.ts';
import { runs } from './random.ts';

describe('a phone number is understood as people write it', () => {
  test.each([
    ['+13125550100', 'DE'],
    ['+1 312 555 0100', 'US'],
    ['+1 (312) 555-0100', 'US'],
    ['(312) 555-0100', 'US'],
    ['312.555.0100', 'CA'],
    ['312/555/0100', 'PR'],
    ['1-312-555-0100', 'US'],
    ['001 312 555 0100', 'DE'],
    ['+1\u00a0312\u00a0555\u20110100', 'US'],
    [' ＋１　３１２　５５５　０１００ ', 'US'],
  ])('%s at a stop in %s', (text, country) => {
    expect(findPhone(text, country)).toBe('+13125550100');
  });

  test.each([
    ['+44 (0)20 7946 0018', 'GB', '+442079460018'],
    ['0044 20 7946 0018', 'FR', '+442079460018'],
    ['011 44 20 7946 0018', 'US', '+442079460018'],
    ['+49 30/123456', 'DE', '+4930123456'],
    ['55 1234 5678', 'MX', '+525512345678'],
    ['+1 312 555 0100 ext. 12', 'US', '+13125550100;ext=12'],
    ['312-555-0100 x12', 'US', '+13125550100;ext=12'],
    ['(312) 555-0100, extension 12', 'US', '+13125550100;ext=12'],
    ['(312) 555-0100 #12', 'US', '+13125550100;ext=12'],
  ])('%s at a stop in %s is %s', (text, country, number) => {
    expect(findPhone(text, country)).toBe(number);
  });

  test('in its stored form, too', () => {
    const digits = fc.stringMatching(/^[2-9][0-9]{6,14}$/);
    const extension = fc.option(fc.stringMatching(/^[0-9]{1,7}$/), { nil: undefined });
    fc.assert(
      fc.property(digits, extension, (number, ext) => {
        const stored = findPhone(`+${number}${ext === undefined ? '' : ` ext ${ext}`}`, 'DE');
        expect(stored).toBeDefined();
        expect(findPhone(stored ?? '', 'US')).toBe(stored);
      }),
      { numRuns: runs(100) },
    );
  });
});

test.each([
  ['', 'US'],
  ['none', 'US'],
  ['Bob 312 555 0100', 'US'],
  ['555-0100', 'US'],
  ['312 055 0100', 'US'],
  ['+1 312 555 010', 'US'],
  ['+1 312 555 0100 0', 'US'],
  ['+49 12', 'DE'],
  ['+1234567890123456', 'DE'],
  ['+0 312 555 0100', 'US'],
  ['030 123456', 'DE'],
  ['011 555 1234', 'IT'],
  ['(312 555 0100', 'US'],
  ['312 555 0100 / 312 555 0101', 'US'],
  ['++1 312 555 0100', 'US'],
  ['312 555 0100 ext.', 'US'],
])('%j at a stop in %s is no phone number', (text, country) => {
  expect(findPhone(text, country)).toBeUndefined();
});
