import { describe, expect, test } from '@jest/globals';
import { parseDate } from '../date-format.ts';

const read = (text: string, format: string, day: 'start' | 'end' = 'start') =>
  parseDate(text, format, { day, twoDigitYearsUntil: 2049 })?.toISOString();

describe('dates of files', () => {
  test.each([
    ['2-Jun-06', 'd-MMM-yy', '2006-06-02T00:00:00.000Z'],
    ['14-NOV-2006', 'd-MMM-yyyy', '2006-11-14T00:00:00.000Z'],
    ['1/6/2012', 'M/d/yyyy', '2012-01-06T00:00:00.000Z'],
    ['11/18/09', 'M/d/yy', '2009-11-18T00:00:00.000Z'],
    ['31.12.1999 23:59', 'dd.MM.yyyy HH:mm', '1999-12-31T23:59:00.000Z'],
    ['2024-02-29', 'iso', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T10:00:00-05:00', 'iso', '2024-02-29T15:00:00.000Z'],
    ['1-Jan-70', 'd-MMM-yy', '1970-01-01T00:00:00.000Z'],
    ['1-Mar-49', 'd-MMM-yy', '2049-03-01T00:00:00.000Z'],
    ['1-Mar-50', 'd-MMM-yy', '1950-03-01T00:00:00.000Z'],
    ['1-Mar-69', 'd-MMM-yy', '1969-03-01T00:00:00.000Z'],
    ['2024-02-29 10:00', 'iso', '2024-02-29T10:00:00.000Z'],
    ['2024-02-29 10:00:00.123456 +0200', 'iso', '2024-02-29T08:00:00.123Z'],
    ['2024-02-29T10:00+02', 'iso', '2024-02-29T08:00:00.000Z'],
    ['1.3.0099', 'd.M.yyyy', '0099-03-01T00:00:00.000Z'],
    ['45717', 'excel', '2025-03-01T00:00:00.000Z'],
    ['45717.5', 'excel', '2025-03-01T12:00:00.000Z'],
  ])('%s as %s', (text, format, expected) => {
    expect(read(text, format)).toBe(expected);
  });

  test('a promised day lasts until its last millisecond', () => {
    expect(read('2-Jun-06', 'd-MMM-yy', 'end')).toBe('2006-06-02T23:59:59.999Z');
    expect(read('2006-06-02', 'iso', 'end')).toBe('2006-06-02T23:59:59.999Z');
  });

  test.each(['30-Feb-06', '31-Apr-06', '0-Jan-06', '2-Foo-06', 'Date Not Captured', '', '2-Jun-06 ', '2-Jun-2006'])(
    'no such day: %s',
    (text) => {
      expect(read(text, 'd-MMM-yy')).toBeUndefined();
    },
  );

  test.each([
    ['2025-02-29', 'iso'],
    ['2025-02-30T10:00:00Z', 'iso'],
    ['31.12.1999 23:60', 'dd.MM.yyyy HH:mm'],
    ['31.12.1999 24:00', 'dd.MM.yyyy HH:mm'],
    ['29.02.2023 10:00', 'dd.MM.yyyy HH:mm'],
    ['13/01/2025 10:00', 'MM/dd/yyyy HH:mm'],
    ['2025-03-01 08:00 GMT+2', 'iso'],
    ['2025-03-01 08:00 (PST)', 'iso'],
    ['2025-03-01 08:00 PST', 'iso'],
    ['2025-03-01 (about)', 'iso'],
    ['2025-03-01 8:00', 'iso'],
    ['2025-03-01 08:00 pm', 'iso'],
    ['2025-03-01T08', 'iso'],
    ['2025-03-01T24:00', 'iso'],
    ['2025-03-01T08:00:60', 'iso'],
    ['2025-03-01T08:00+25:00', 'iso'],
    ['+010000-01-01', 'iso'],
    ['7', 'excel'],
  ])('no such time: %s as %s', (text, format) => {
    expect(read(text, format)).toBeUndefined();
  });

  test('the mapping states the last year that two digits mean', () => {
    const year = (until: number) =>
      parseDate('1-Mar-69', 'd-MMM-yy', { day: 'start', twoDigitYearsUntil: until })?.getUTCFullYear();
    expect([2049, 2068, 2069].map(year)).toEqual([1969, 1969, 2069]);
  });

  test('a time without an offset is read in UTC, or by the clocks of the given time zone', () => {
    const inZone = (text: string, format: string, timeZone?: string) =>
      parseDate(text, format, { day: 'start', twoDigitYearsUntil: 2049, ...(timeZone && { timeZone }) })?.toISOString();
    expect(inZone('2026-07-06 08:00', 'iso')).toBe('2026-07-06T08:00:00.000Z');
    expect(inZone('2026-07-06 08:00', 'iso', 'America/Chicago')).toBe('2026-07-06T13:00:00.000Z');
    expect(inZone('6.1.2026 08:00', 'd.M.yyyy HH:mm', 'America/Chicago')).toBe('2026-01-06T14:00:00.000Z');
    expect(inZone('2026-07-06T08:00:00+02:00', 'iso', 'America/Chicago')).toBe('2026-07-06T06:00:00.000Z');
  });
});
