import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, type Day, daysBetween, daysOf, parseDay } from '../domain/day.ts';
import { centsPer, growth, netPromoterScore, ratio } from '../domain/figures.ts';
import { historyDays, outlookDays, seasonalNaive } from '../domain/outlook.ts';
import { elapsed, lastDays, lengthOf, previous, yearToDate } from '../domain/range.ts';

const day = (text: string) => parseDay(text)!;

describe('days', () => {
  test('are accepted only if they are in the calendar', () => {
    expect(parseDay('2028-02-29')).toBe('2028-02-29');
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-00-10',
      '2026-1-1',
      '1999-12-31',
      '2200-01-01',
      '0000-01-01',
      '',
      'now',
      '2026-01-01T00:00:00Z',
      '2026-01-01\u0000',
    ]) {
      expect(parseDay(text)).toBeUndefined();
    }
  });

  test('counted forward and back give the same day, over leap years too', () => {
    const days = fc.integer({ min: 0, max: 70_000 }).map((count) => addDays('2000-01-01' as Day, count));
    fc.assert(
      fc.property(days, fc.integer({ min: 0, max: 2_000 }), (from, count) => {
        const to = addDays(from, count);
        expect(addDays(to, -count)).toBe(from);
        expect(daysBetween(from, to)).toBe(count);
        const all = daysOf(from, to);
        expect(all).toHaveLength(count + 1);
        expect(all.toSorted()).toEqual(all);
      }),
    );
  });
});

describe('ranges', () => {
  const now = new Date('2028-03-01T10:00:00Z');

  test('of the last days end today', () => {
    expect(lastDays(2, now)).toEqual({ from: '2028-02-29', until: '2028-03-01' });
    expect(lastDays(1, now)).toEqual({ from: '2028-03-01', until: '2028-03-01' });
  });

  test('of figures end today, and are compared with as many days directly before', () => {
    const march = elapsed({ from: day('2028-03-01'), until: day('2028-03-31') }, now);
    expect(march.until).toBe('2028-03-01');
    expect(previous(march)).toEqual({ from: '2028-02-29', until: '2028-02-29' });
    expect(previous({ from: day('2028-01-01'), until: day('2028-12-31') })).toEqual({
      from: '2026-12-31',
      until: '2027-12-31',
    });
  });

  test('in the future have no elapsed days, and neither has the range before', () => {
    const april = elapsed({ from: day('2028-04-01'), until: day('2028-04-30') }, now);
    expect(lengthOf(april)).toBe(0);
    expect(lengthOf(previous(april))).toBe(0);
  });

  test('of the year to date start on January 1 and include the leap day', () => {
    expect(lengthOf(yearToDate(day('2028-03-01')))).toBe(61);
    expect(yearToDate(day('2028-01-01'))).toEqual({ from: '2028-01-01', until: '2028-01-01' });
  });
});

describe('figures', () => {
  test('with a divisor of 0 are null', () => {
    expect([ratio(0, 0), growth(5, 0), centsPer(100, 0), netPromoterScore(0, 0, 0)]).toEqual([null, null, null, null]);
  });

  test('include a net promoter score from -100 to 100', () => {
    expect(netPromoterScore(10, 0, 10)).toBe(100);
    expect(netPromoterScore(0, 10, 10)).toBe(-100);
    expect(netPromoterScore(5, 2, 10)).toBe(30);
  });

  test('include growth relative to the period before', () => {
    expect(growth(150, 100)).toBe(0.5);
    expect(growth(0, 100)).toBe(-1);
  });
});

describe('the outlook', () => {
  const week = [10, 20, 30, 40, 50, 0, 5];
  const weeks = (count: number, scale: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => week.map((value) => value * scale(index))).flat();

  test('repeats the last whole week for 30 days', () => {
    const { values } = seasonalNaive(weeks(5, () => 1));
    expect(values).toHaveLength(outlookDays);
    expect(values.slice(0, 9)).toEqual([10, 20, 30, 40, 50, 0, 5, 10, 20]);
  });

  test('has no backtest error if all weeks are equal', () => {
    expect(seasonalNaive(weeks(5, () => 1)).backtestError).toBe(0);
  });

  test('has the backtest error of the forecast of four weeks ago', () => {
    // Every week since is twice the week before the backtest, so the forecast missed half of it.
    expect(seasonalNaive(weeks(5, (index) => (index === 0 ? 1 : 2))).backtestError).toBe(0.5);
    expect(seasonalNaive(weeks(5, (index) => (index === 0 ? 1 : 0))).backtestError).toBeNull();
  });

  test('refuses a history that is too short', () => {
    expect(() => seasonalNaive([1, 2, 3])).toThrow(`${historyDays} days`);
  });
});
