const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayMs = 86_400_000;

const patterns: Readonly<Record<string, string>> = {
  yyyy: '(?<year>\\d{4})',
  yy: '(?<shortYear>\\d{2})',
  MMM: '(?<monthName>[A-Za-z]{3})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  dd: '(?<day>\\d{2})',
  d: '(?<day>\\d{1,2})',
  HH: '(?<hour>\\d{2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})',
};

const compiled = new Map<string, RegExp>();

/** Day 0 of Excel's serial dates; its 29 February 1900, which never was, is out of range. */
const excelEpoch = Date.UTC(1899, 11, 30);
/** A time of day, and what it differs from UTC. */
const clock = String.raw`(?<clock>(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?)`;
const offset = String.raw`(?<offset>Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)`;
/** A day of ISO 8601, or a time with or without an offset, as ISO 8601, RFC 3339 and databases write it. */
const isoTime = new RegExp(String.raw`^(?<date>\d{4}-\d\d-\d\d)(?:[T ]${clock}(?: ?${offset})?)?$`);
const serialDate = /^\d{5}(\.\d+)?$/;

export interface DateOptions {
  /** The moment that a date without a time stands for: the start or the last millisecond of its day. */
  readonly day: 'start' | 'end';
  /** The last year that two digits mean: of 2049, `49` is 2049 and `50` is 1950. */
  readonly twoDigitYearsUntil: number;
  /** The time zone in which a text without an offset is read; UTC by default. */
  readonly timeZone?: string;
}

/**
 * Reads a date or time by a format such as `d-MMM-yy`, `M/d/yyyy`, `yyyy-MM-dd HH:mm`, `iso` or `excel` (a serial date).
 * Undefined when the text does not match the format, or the day does not exist.
 */
export function parseDate(text: string, format: string, options: DateOptions): Date | undefined {
  const offset = format === 'iso' ? isoTime.exec(text)?.groups?.['offset'] : undefined;
  const at = parseClock(text, format, options);
  const { timeZone = 'UTC' } = options;
  if (at === undefined || timeZone === 'UTC' || offset !== undefined) return at;
  const clock = at.toISOString().replace('Z', '');
  // Of a time that the clocks repeat when they are set the first one is meant, and one that they skip is an hour later.
  return new Date(Temporal.PlainDateTime.from(clock).toZonedDateTime(timeZone).epochMilliseconds);
}

/** Reads what the clock showed, as if it were UTC. */
function parseClock(text: string, format: string, { day, twoDigitYearsUntil }: DateOptions): Date | undefined {
  if (format === 'iso') return parseIso(text, day);
  if (format === 'excel') return parseSerialDate(text, day);
  const groups = compile(format).exec(text)?.groups;
  if (!groups) return undefined;
  const { year, shortYear, month, monthName, day: date, hour, minute = '0', second = '0' } = groups;
  const fullYear = year === undefined ? yearOf(Number(shortYear), twoDigitYearsUntil) : Number(year);
  const monthIndex = monthName ? months.indexOf(monthName.toLowerCase()) : Number(month) - 1;
  const at = new Date(0);
  // `Date.UTC` takes the year 99 for 1999.
  at.setUTCFullYear(fullYear, monthIndex, Number(date));
  at.setUTCHours(Number(hour ?? 0), Number(minute), Number(second));
  // JavaScript turns 31 April into 1 May, and 25:00 into the next day.
  if (monthIndex < 0 || at.getUTCMonth() !== monthIndex || at.getUTCDate() !== Number(date)) return undefined;
  if (Number(minute) > 59 || Number(second) > 59) return undefined;
  return hour === undefined ? ofDay(at, day) : at;
}

/** True for a text such as 45717: Excel writes a date like this when the cell has no date format. */
export function isSerialDate(text: string): boolean {
  return serialDate.test(text);
}

function parseIso(text: string, day: 'start' | 'end'): Date | undefined {
  const { date, clock, offset = 'Z' } = isoTime.exec(text)?.groups ?? {};
  // `Date` takes 30 February for 1 March, in a date with a time.
  if (date === undefined || !isDay(date)) return undefined;
  const at = new Date(Temporal.Instant.from(`${date}T${clock ?? '00:00'}${offset}`).epochMilliseconds);
  return clock === undefined ? ofDay(at, day) : at;
}

function isDay(date: string): boolean {
  const at = new Date(date);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date);
}

/** The years in which freight is moved. Another one is a slip: 0099, 1025, 9999. */
export function isPlausible(at: Date): boolean {
  return at.getUTCFullYear() >= 1900 && at.getUTCFullYear() <= 2100;
}

/**
 * Writes a serial date as the ISO 8601 text that its cell shows: a day, a day and a time without an offset, or a time of no
 * day. Undefined for a number outside of Excel's calendar, which ends with the year 9999.
 */
export function serialDateToText(serial: number): string | undefined {
  if (serial < 0 || serial >= 2_958_466) return undefined;
  const text = new Date(excelEpoch + Math.round(serial * 86_400) * 1_000).toISOString();
  if (serial < 1) return text.slice(11, 19);
  return Number.isInteger(serial) ? text.slice(0, 10) : text.slice(0, 19);
}

function parseSerialDate(text: string, day: 'start' | 'end'): Date | undefined {
  if (!isSerialDate(text)) return undefined;
  const seconds = Math.round(Number(text) * 86_400);
  const at = new Date(excelEpoch + seconds * 1_000);
  return text.includes('.') ? at : ofDay(at, day);
}

function ofDay(at: Date, day: 'start' | 'end'): Date {
  return day === 'end' ? new Date(at.getTime() + dayMs - 1) : at;
}

/** The year of these two digits within the hundred years that end with `last`. */
function yearOf(shortYear: number, last: number): number {
  const year = last - (last % 100) + shortYear;
  return year > last ? year - 100 : year;
}

function compile(format: string): RegExp {
  let pattern = compiled.get(format);
  if (!pattern) {
    const tokens = format.split(/(yyyy|yy|MMM|MM|M|dd|d|HH|mm|ss)/);
    const source = tokens.map((token) => patterns[token] ?? token.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    pattern = new RegExp(`^${source.join('')}$`);
    compiled.set(format, pattern);
  }
  return pattern;
}
