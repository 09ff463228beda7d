import { expect, test } from '@jest/globals';
import { renderSla, slaOf } from '../analyze/sla.ts';
import { measureTime, readMonth, readRanges } from '../analyze/sla-time.ts';

const hour = 3_600;
const november = readMonth('2026-11', new Date('2027-01-01T00:00:00Z'));
const known = { isOlder: true, except: [] };

/** Each minute from one hour of the month to another one. */
function minutes(from: number, to: number, share = 1): ReadonlyMap<number, number> {
  return new Map(
    Array.from({ length: (to - from) * 60 }, (_, index) => [november.begin + from * hour + (index + 1) * 60, share]),
  );
}
const wholeMonth = minutes(0, 720);

const month = {
  month: '2026-11',
  requests: 1_000_000,
  failed: 0,
  refused: 0,
  p95Ms: 80,
  time: measureTime(november, wholeMonth, known),
  alerts: {},
};

test('a month meets 99.95 % or not, and the report says how much of the error budget is used', () => {
  expect(slaOf({ ...month, failed: 400 })).toMatchObject({ outcome: 'met', availability: 0.9996, covered: 1 });
  expect(slaOf({ ...month, failed: 400 }).budgetUsed).toBeCloseTo(0.8);
  expect(slaOf({ ...month, failed: 600 })).toMatchObject({ outcome: 'missed' });
  const text = renderSla(slaOf({ ...month, failed: 400 }));
  expect(text).toContain('**met**. Prometheus has figures of 100.0 % of the month.');
});

test('30 hours without any figure are an outage', () => {
  const time = measureTime(november, new Map([...minutes(0, 300), ...minutes(330, 720)]), known);
  expect(time).toMatchObject({ expected: 720 * hour, covered: 690 * hour, unreachable: 30 * hour });
  const report = slaOf({ ...month, time });
  expect(report.outcome).toBe('missed');
  expect(report.availability).toBeCloseTo(690 / 720);
});

test('what the prober did not reach is an outage, although gateways have figures', () => {
  const time = measureTime(november, new Map([...wholeMonth, ...minutes(300, 301, 0.5)]), known);
  expect(time).toMatchObject({ covered: 720 * hour, unreachable: hour / 2 });
  expect(slaOf({ ...month, time }).availability).toBeCloseTo(1 - 0.5 / 720, 5);
});

test('what the proxy refused counts once: as a failed request, or as one that was lost in the outage', () => {
  expect(slaOf({ ...month, refused: 600 })).toMatchObject({ outcome: 'missed', lost: 0 });
  const time = measureTime(november, new Map([...wholeMonth, ...minutes(300, 301, 0)]), known);
  const lost = 1_000_000 / 719;
  expect(slaOf({ ...month, time }).lost).toBeCloseTo(lost);
  expect(slaOf({ ...month, time, refused: 1_000 }).lost).toBeCloseTo(lost - 1_000);
});

test('without requests the time counts', () => {
  const time = measureTime(november, new Map([...wholeMonth, ...minutes(300, 336, 0)]), known);
  expect(slaOf({ ...month, requests: 0, time })).toMatchObject({ availability: 0.95, outcome: 'missed' });
});

test('the time before the first figure is no outage, but nobody has measured it', () => {
  const time = measureTime(november, minutes(360, 720), { isOlder: false, except: [] });
  expect(time).toMatchObject({ expected: 360 * hour, unreachable: 0 });
  const report = slaOf({ ...month, time });
  expect(report).toMatchObject({ covered: 0.5, outcome: 'not measured' });
  expect(renderSla(report)).toContain('**not measured**. Prometheus has figures of 50.0 % of the month.');
});

test('ten minutes without failures do not speak for a month', () => {
  const few = new Map([...wholeMonth].slice(-10));
  const report = slaOf({ ...month, time: measureTime(november, few, { isOlder: false, except: [] }) });
  expect(report).toMatchObject({ availability: 1, outcome: 'not measured' });
});

test('a month without any figure is not measured', () => {
  const report = slaOf({
    ...month,
    requests: 0,
    time: measureTime(november, new Map(), { isOlder: false, except: [] }),
  });
  expect(report).toMatchObject({ covered: 0, outcome: 'not measured' });
  expect(renderSla(report)).toContain('| availability | unknown |');
});

test('a range that is left out is neither an outage nor missing', () => {
  const except = readRanges('2026-11-13T12:00Z/2026-11-14T18:00Z');
  const time = measureTime(november, new Map([...minutes(0, 300), ...minutes(330, 720)]), { isOlder: true, except });
  expect(time).toEqual({ all: 690 * hour, covered: 690 * hour, expected: 690 * hour, unreachable: 0 });
});

test('the current month ends now; a coming month and other texts are refused', () => {
  const now = new Date('2026-11-29T12:00:00Z');
  const seconds = (text: string) => Date.parse(text) / 1_000;
  expect(readMonth('2026-10', now)).toEqual({ begin: seconds('2026-10-01'), end: seconds('2026-11-01') });
  expect(readMonth('2026-11', now)).toEqual({ begin: seconds('2026-11-01'), end: seconds('2026-11-29T12:00:00Z') });
  expect(() => readMonth('2026-12', now)).toThrow('--sla needs the current month or a past one, such as 2026-11. Got');
  expect(() => readMonth('November', now)).toThrow('--sla needs the current month or a past one, such as 2026-11. Got');
});

test('a range needs a begin before its end', () => {
  expect(readRanges('')).toEqual([]);
  for (const text of ['2026-11-13', '2026-11-14T00:00Z/2026-11-13T00:00Z', 'yesterday/today'])
    expect(() => readRanges(text)).toThrow('--except needs ranges such as 2026-11-03T02:00Z/2026-11-03T04:00Z');
});
