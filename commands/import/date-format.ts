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

/** Two-digit years up to this one belong to the 2000s. */
const lastShortYear = 69;

/**
 * Reads a date or time as UTC by a format such as `d-MMM-yy`, `M/d/yyyy`, `yyyy-MM-dd HH:mm` or `iso`. A date without a
 * time is the start or the last millisecond of its day. Undefined when the text does not match the format, or the day does not exist.
 */
export function parseDate(text: string, format: string, day: 'start' | 'end'): Date | undefined {
  if (format === 'iso') {
    const at = new Date(/^\d{4}-\d\d-\d\d([T ].+)?$/.test(text) ? text : Number.NaN);
    if (Number.isNaN(at.getTime())) return undefined;
    return text.length === 10 && day === 'end' ? new Date(at.getTime() + dayMs - 1) : at;
  }
  const groups = compile(format).exec(text)?.groups;
  if (!groups) return undefined;
  const { year, shortYear, month, monthName, day: date, hour, minute = '0', second = '0' } = groups;
  const fullYear = Number(year ?? (Number(shortYear) <= lastShortYear ? `20${shortYear}` : `19${shortYear}`));
  const monthIndex = monthName ? months.indexOf(monthName.toLowerCase()) : Number(month) - 1;
  const time = Date.UTC(fullYear, monthIndex, Number(date), Number(hour ?? 0), Number(minute), Number(second));
  const at = new Date(time);
  // JavaScript turns 31 April into 1 May.
  if (monthIndex < 0 || at.getUTCMonth() !== monthIndex || at.getUTCDate() !== Number(date)) return undefined;
  return hour === undefined && day === 'end' ? new Date(time + dayMs - 1) : at;
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
