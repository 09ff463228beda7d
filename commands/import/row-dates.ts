import { textsOf } from './cells.ts';
import { isPlausible, isSerialDate, parseDate } from './date-format.ts';
import type { DateField } from './mapping-fields.ts';
import { RowRefusal, shown } from './refusal.ts';
import { type Row, unmapped } from './row.ts';

/** A date, by the clocks of a time zone. Every text of its columns must be a date, or be translated by the mapping. @throws RowRefusal */
export function dateOf(row: Row, field: string, source: DateField | undefined, timeZone = 'UTC'): Date | null {
  if (!source) return null;
  const dates = textsOf(source, row.cells).map((text) => readDate(row, field, source, text, timeZone));
  const inOrder =
    source.pick === 'earliest' ? dates.toSorted((left, right) => left.getTime() - right.getTime()) : dates;
  return inOrder[0] ?? null;
}

function readDate(
  { twoDigitYearsUntil }: Row,
  field: string,
  { formats, day }: DateField,
  text: string,
  timeZone: string,
): Date {
  for (const format of formats) {
    const at = parseDate(text, format, { day, twoDigitYearsUntil, timeZone });
    if (at && isPlausible(at)) return at;
    if (at) {
      const message = `${shown(text)} is in a year before 1900 or after 2100. Correct it.`;
      throw new RowRefusal('INVALID_TIME', message, { field, value: text });
    }
  }
  const what = `a date in the format ${formats.join(' or ')}`;
  if (!isSerialDate(text)) throw unmapped(field, text, what);
  const message = `${shown(text)} is not ${what} but a serial date of Excel. Format the column as a date, or add "excel" to "formats".`;
  throw new RowRefusal('UNMAPPED', message, { field, value: text });
}
