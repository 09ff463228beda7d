import { needs } from '#shared/runtime/config.ts';

/** Times are seconds since 1970, and a minute is named by its end. */
export interface Month {
  readonly begin: number;
  /** Now, for the current month. */
  readonly end: number;
}

interface Range {
  readonly begin: number;
  readonly end: number;
}

/** Time of a month in seconds. */
export interface MeasuredTime {
  /** All of the month except the ranges that are left out. */
  readonly all: number;
  /** With figures. */
  readonly covered: number;
  /** From the first figure of the installation on. */
  readonly expected: number;
  /** Share of the expected time in which no gateway was reachable or no figures exist. */
  readonly unreachable: number;
}

const minute = 60;

/** @throws ConfigurationError for a month in another form, and for one that has not begun */
export function readMonth(text: string, now: Date): Month {
  const begin = new Date(`${text}-01T00:00:00Z`);
  if (!/^\d{4}-\d{2}$/.test(text) || Number.isNaN(begin.getTime()) || begin > now)
    throw needs('--sla', 'the current month or a past one, such as 2026-11', text);
  const next = new Date(Date.UTC(begin.getUTCFullYear(), begin.getUTCMonth() + 1, 1));
  const end = next < now ? next : now;
  return { begin: begin.getTime() / 1_000, end: Math.floor(end.getTime() / 1_000) };
}

/** @param text ranges of time in UTC, with commas between them. @throws ConfigurationError for other texts */
export function readRanges(text: string): readonly Range[] {
  const parts = text.split(',').filter((part) => part !== '');
  return parts.map((part) => {
    const [begin = Number.NaN, end = Number.NaN, ...more] = part
      .split('/')
      .map((time) => (/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/.test(time) ? Date.parse(time) / 1_000 : Number.NaN));
    if (!(begin < end) || more.length > 0)
      throw needs('--except', 'ranges such as 2026-11-03T02:00Z/2026-11-03T04:00Z, with commas between them', part);
    return { begin, end };
  });
}

/** Whether a minute is left out. */
export const isWithin = (end: number, ranges: readonly Range[]): boolean =>
  ranges.some((range) => end - minute >= range.begin && end <= range.end);

/**
 * Measures for how long clients could not reach a gateway. A minute without any figure counts as unreachable, because an outage can take the
 * figures with it.
 * @param reachable share of each minute that has figures
 * @param isOlder whether there are figures of the time before this month
 */
export function measureTime(
  { begin, end }: Month,
  reachable: ReadonlyMap<number, number>,
  { isOlder, except }: { readonly isOlder: boolean; readonly except: readonly Range[] },
): MeasuredTime {
  const first = isOlder ? begin : Math.min(...reachable.keys());
  const time = { all: 0, covered: 0, expected: 0, unreachable: 0 };
  for (let at = begin + minute; at <= end; at += minute) {
    if (isWithin(at, except)) continue;
    const share = reachable.get(at);
    time.all += minute;
    if (share !== undefined) time.covered += minute;
    if (at < first) continue;
    time.expected += minute;
    time.unreachable += minute * (1 - (share ?? 0));
  }
  return time;
}
