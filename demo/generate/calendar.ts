export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Sunday to Saturday: shippers book on working days. */
const weekdayFactor = [0.25, 1.15, 1.18, 1.12, 1.05, 0.95, 0.35] as const;

/** Bookings per local hour of the day. */
const hourFactor = [1, 1, 1, 1, 2, 4, 9, 16, 22, 24, 22, 18, 14, 17, 19, 17, 13, 9, 6, 4, 3, 2, 2, 1] as const;

/** Seasonal peaks and lows: [day of the year, width in days, height]. */
const yearlySwells = [
  [25, 28, -0.2], // after the holidays
  [160, 28, 0.14], // produce
  [320, 22, 0.38], // stocking up for the winter holidays
  [360, 6, -0.35], // docks closed around Christmas
] as const;

/** Month and day of holidays with hardly any bookings. */
const holidays: ReadonlySet<string> = new Set(['1-1', '7-4', '12-25']);

export const hourWeights: readonly number[] = hourFactor;

/** Relative demand of a UTC day by weekday, time of the year and holidays; 1 is an ordinary day. */
export function seasonOfDay(dayMs: number): number {
  const date = new Date(dayMs);
  const weekday = weekdayFactor[date.getUTCDay()] ?? 1;
  const holiday = holidays.has(`${date.getUTCMonth() + 1}-${date.getUTCDate()}`) ? 0.3 : 1;
  return weekday * holiday * yearlyFactor(dayMs);
}

/** Relative demand by the time of the year alone: about 0.75 in January, 1.4 in mid-November. */
export function yearlyFactor(atMs: number): number {
  const dayOfYear = (atMs - Date.UTC(new Date(atMs).getUTCFullYear(), 0, 1)) / DAY_MS;
  return yearlySwells.reduce((factor, [peak, width, height]) => {
    const apart = Math.abs(dayOfYear - peak);
    const distance = Math.min(apart, 365.25 - apart) / width;
    return factor + height * Math.exp(-0.5 * distance * distance);
  }, 1);
}

/** Growth of the company: 0.7 of the mean at the beginning of the history, 1.3 at its end. */
export function growthFactor(atMs: number, startMs: number, endMs: number): number {
  return 0.7 + 0.6 * ((atMs - startMs) / (endMs - startMs));
}

/** Local time. Offsets are cached by zone and day, because the zone database is slow. */
export interface LocalClock {
  /** Local hour with its fraction, 0 to 24. */
  hourAt(atMs: number, timeZone: string): number;
  /** The given time when its local hour is in [from, until), otherwise the next `from`. Rounded to half an hour. */
  nextWithin(atMs: number, timeZone: string, from: number, until: number): number;
  /** The moment of `localHour` (with its fraction) on a calendar day. `dayMs` is the midnight of the day in UTC. */
  utcOf(dayMs: number, timeZone: string, localHour: number): number;
}

export function createLocalClock(): LocalClock {
  const offsets = new Map<string, Map<number, number>>();

  function offsetMs(atMs: number, timeZone: string): number {
    let days = offsets.get(timeZone);
    if (days === undefined) {
      days = new Map();
      offsets.set(timeZone, days);
    }
    const day = Math.floor(atMs / DAY_MS);
    let offset = days.get(day);
    if (offset === undefined) {
      offset = zoneOffsetMs(day * DAY_MS + DAY_MS / 2, timeZone);
      days.set(day, offset);
    }
    return offset;
  }

  function hourAt(atMs: number, timeZone: string): number {
    const local = atMs + offsetMs(atMs, timeZone);
    return (((local % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS;
  }

  function nextWithin(atMs: number, timeZone: string, from: number, until: number): number {
    const full = Math.ceil(atMs / (HOUR_MS / 2)) * (HOUR_MS / 2);
    const hour = hourAt(full, timeZone);
    if (hour >= from && hour < until) return full;
    return full + ((from - hour + 24) % 24) * HOUR_MS;
  }

  function utcOf(dayMs: number, timeZone: string, localHour: number): number {
    return dayMs + localHour * HOUR_MS - offsetMs(dayMs, timeZone);
  }

  return { hourAt, nextWithin, utcOf };
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function zoneOffsetMs(atMs: number, timeZone: string): number {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
    formatters.set(timeZone, formatter);
  }
  const name = formatter.formatToParts(atMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name);
  if (match === null) return 0;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * HOUR_MS + Number(match[3]) * MINUTE_MS);
}
