import type { CellObject } from '@e965/xlsx';
import fc from 'fast-check';

/** How the files of one program write numbers, and what the mapping says of it. */
export interface Convention {
  readonly name: string;
  readonly file: string;
  readonly delimiter: string;
  readonly settings: object;
  /** Undefined if the mapping does not name the decimal separator. */
  readonly decimal: '.' | ',' | undefined;
  readonly isWorkbook?: true;
}

export const conventions: readonly Convention[] = [
  { name: 'CSV', file: 'in.csv', delimiter: ',', settings: {}, decimal: '.' },
  { name: 'decimal commas', file: 'in.csv', delimiter: ';', settings: { delimiter: ';', decimal: ',' }, decimal: ',' },
  { name: 'tabs', file: 'in.tsv', delimiter: '\t', settings: {}, decimal: undefined },
  { name: 'Excel', file: 'in.xlsx', delimiter: '', settings: {}, decimal: '.', isWorkbook: true },
];

/** A cell of a file, and what an import must make of it: a value, a note in place of a number, or a refusal of its row. */
export interface Written<T> {
  readonly cell: string | CellObject;
  readonly reads: { readonly value: T } | { readonly note: string; readonly isCounted: boolean } | 'REFUSED';
}
export type Cells<T = unknown> = fc.Arbitrary<Written<T>>;

const good = <T>(cell: string | CellObject, value: T): Written<T> => ({ cell, reads: { value } });
const refused = (...cells: string[]): Cells<never> =>
  fc.constantFrom(...cells).map((cell) => ({ cell, reads: 'REFUSED' }));

/** Mostly the first, so that many rows have no fault. */
export const mostly = <A, B>(usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: 14, arbitrary: usual }, { weight: 1, arbitrary: other });

const empty: Cells<null> = fc.constant(good('', null));
/** A field that every row needs. */
export const needed = <T>(cells: Cells<T>): Cells<T> => mostly(cells, refused('', ' '));
export const optional = <T>(cells: Cells<T>): Cells<T | null> => fc.oneof({ weight: 3, arbitrary: cells }, empty);

const mapped = <A, B>({ cell, reads }: Written<A>, toValue: (value: A) => B): Written<B> => ({
  cell,
  reads: typeof reads === 'object' && 'value' in reads ? { value: toValue(reads.value) } : reads,
});

/** A text in one of the forms in which programs write it: with blanks, in a normal form, as a formula of Excel. */
const forms: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => ` ${text}\u00a0`,
  (text) => text.normalize('NFD'),
  (text) => `="${text}"`,
];
const written = (text: fc.Arbitrary<string>): Cells<string> =>
  fc.tuple(text, fc.constantFrom(...forms)).map(([value, form]) => good(form(value), value));

const words = ['Bolts', 'Güter', 'café', 'Ångström', '北京', '📦 box', "O'Hare", '1,5', 'a;b', 'tab\there'];
/** A text without quotes, which a formula of Excel could not hold as it is. */
export const texts = written(fc.constantFrom(...words));
/** Like `texts`, also with what needs quotes in CSV, and with what looks like a formula. */
export const longTexts: Cells<string> = fc.oneof(
  texts,
  fc.constantFrom('two\nlines', 'a "b" c', '=1+1', '-x', '@home').map((text) => good(text, text)),
);
export const keys = written(fc.nat(999_999).map((number) => String(number).padStart(6, '0')));

/** Texts that the mapping translates, or that the field takes as they are. */
export const choices = <T>(known: Readonly<Record<string, T>>, ...unknown: string[]): Cells<T> =>
  mostly(
    fc.constantFrom(...Object.entries(known)).map(([text, value]) => good(text, value)),
    refused(...unknown),
  );

interface NumberShape {
  readonly most?: number;
  readonly least?: number;
  readonly decimals?: number;
}
const signs = ['', '', '+', '-', '\u2212', '()', 'behind'] as const;

/** Numbers as plain decimals, in every form that the convention has for them. A number that could be two is refused. */
function decimals(
  convention: Convention,
  { least = 0, most = 2_000_000, decimals: places = 4 }: NumberShape,
  marks: readonly string[] = [],
): Cells<string> {
  return fc
    .record({
      whole: fc.oneof(
        fc.integer({ min: least, max: most }),
        fc.integer({ min: least, max: Math.min(most, least + 2_000) }),
      ),
      fraction: fc.oneof(fc.constant(''), fc.stringMatching(new RegExp(`^\\d{0,${places}}$`))),
      point: fc.constantFrom(...(convention.decimal ? [convention.decimal] : (['.', ','] as const))),
      group: fc.constantFrom('', ' ', '\u00a0', '\u202f', "'", '\u2019', 'other', 'INDIAN'),
      sign: fc.constantFrom(...signs),
      mark: fc.constantFrom('', ...marks),
      isNative: fc.boolean(),
    })
    .map(({ whole, fraction, point, group, sign, mark, isNative }) => {
      const isNegative = !['', '+'].includes(sign) && (whole > 0 || Number(fraction) > 0);
      const digits = `${isNegative ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
      if (convention.isWorkbook && isNative) return good({ t: 'n', v: Number(digits) }, String(Number(digits)));
      const unsigned = `${grouped(whole, group, point)}${fraction && point + fraction}`;
      // People leave out the zero before a decimal point.
      const short = whole === 0 && fraction !== '' && isNative ? `${point}${fraction}` : unsigned;
      const isAmbiguous = convention.decimal === undefined && /^[1-9]\d{0,2}[.,]\d{3}$/.test(short);
      const cell = signed(`${mark}${short}`, isNegative || sign === '+' ? sign : '');
      return isAmbiguous ? { cell, reads: 'REFUSED' } : good(cell, digits);
    });
}

function grouped(whole: number, group: string, point: '.' | ','): string {
  const text = String(whole);
  if (group === 'INDIAN' && point === '.') return text.replaceAll(/\B(?=(\d\d)*\d{3}$)/g, ',');
  const separator = group === 'other' || group === 'INDIAN' ? (point === '.' ? ',' : '.') : group;
  return text.replaceAll(/\B(?=(\d{3})+$)/g, separator);
}

function signed(text: string, sign: (typeof signs)[number]): string {
  if (sign === '()') return `(${text})`;
  return sign === 'behind' ? `${text}-` : `${sign}${text}`;
}

const noNumbers = ['1e3', '5%', '12 lbs', '--5', '1.2.3'];
const noted = ['n/a', 'tbd', 'on request'];

export const numbers = (convention: Convention, shape: NumberShape = {}): Cells<number> =>
  mostly(
    decimals(convention, shape).map((number) => mapped(number, Number)),
    refused(...noNumbers, ...noted),
  );

export const wholeNumbers = (convention: Convention, shape: NumberShape = {}): Cells<number> =>
  mostly(numbers(convention, { ...shape, decimals: 0 }), refused('1.5', '1,5', 'x'));

/** Numbers, or texts that are kept in their place. `see *` is expected by the mapping, and not counted. */
export const orNotes = <T>(cells: Cells<T>): Cells<T> =>
  fc.oneof(
    { weight: 6, arbitrary: cells.filter(({ cell }) => !noted.some((text) => text === cell)) },
    fc.constantFrom(...noted, 'see list').map((note) => ({
      cell: note,
      reads: { note, isCounted: !note.startsWith('see ') },
    })),
  );

export interface Money {
  readonly amount: string;
  readonly currency: string;
}
const currencies = {
  USD: { marks: ['$', 'USD ', 'usd'], decimals: 2 },
  EUR: { marks: ['€', 'EUR '], decimals: 2 },
  JPY: { marks: ['¥', 'JPY '], decimals: 0 },
} as const;
type Currency = keyof typeof currencies;

export const amounts = (convention: Convention, currency: Currency): Cells<Money> => {
  const { marks, decimals: places } = currencies[currency];
  const other = currency === 'EUR' ? '$5' : '€5';
  return mostly(
    decimals(convention, { decimals: places }, marks).map((number) =>
      mapped(number, (amount) => ({ amount, currency })),
    ),
    refused(...noNumbers, ...noted, other),
  );
};

/** An amount and the cell with its currency. */
export const amountAndCurrency = (
  convention: Convention,
  toCells: (cells: Cells<Money>) => Cells<Money | null> = (cells) => cells,
): fc.Arbitrary<{ amount: Written<Money | null>; currency: Written<unknown> }> =>
  fc.constantFrom<Currency>('USD', 'EUR', 'JPY').chain((currency) =>
    fc
      .record({
        amount: toCells(amounts(convention, currency)),
        text: mostly(fc.constantFrom<string>(currency, currency.toLowerCase()), fc.constantFrom('XYZ', '')),
      })
      .map(({ amount, text }) => {
        const isAmount = amount.reads === 'REFUSED' || ('value' in amount.reads && amount.reads.value !== null);
        const isKnown = text.toUpperCase() === currency;
        return {
          amount,
          currency: isAmount && !isKnown ? { cell: text, reads: 'REFUSED' as const } : good(text, null),
        };
      }),
  );

/** The formats of `dates`. */
export const dateFormats = ['iso', 'd.M.yyyy', 'd-MMM-yy', 'yyyy-MM-dd HH:mm', 'excel'];
const dayMs = 86_400_000;
const firstDay = Date.UTC(2025, 0, 1);
/** Excel's number of that day. */
const firstSerial = 45_658;
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Days of 2025 by their number, some of them with a time, by a clock that is ahead of UTC. */
export const dates = (convention: Convention, from: number, to: number, minutesAhead = 0): Cells<Date> =>
  mostly(
    fc
      .record({ day: fc.integer({ min: from, max: to }), form: fc.nat(convention.isWorkbook ? 6 : 4) })
      .map(({ day, form }) => {
        const at = new Date(firstDay + day * dayMs);
        const iso = at.toISOString().slice(0, 10);
        const [date, month, year] = [at.getUTCDate(), at.getUTCMonth(), at.getUTCFullYear()];
        const cells = [
          iso,
          `${date}.${month + 1}.${year}`,
          `${date}-${months[month]}-${String(year).slice(2)}`,
          `${firstSerial + day}`,
          `${iso} 10:30`,
          { t: 'n', v: firstSerial + day, z: 'yyyy-mm-dd' },
          { t: 'n', v: firstSerial + day + 10.5 / 24, z: 'd.m.yyyy hh:mm' },
        ] satisfies (string | CellObject)[];
        const minutes = (form === 4 || form === 6 ? 10 * 60 + 30 : 0) - minutesAhead;
        return good<Date>(cells[form]!, new Date(at.getTime() + minutes * 60_000));
      }),
    refused('soon', '2025-02-30', '31.4.2025', '2025-13-01', '30-Foo-25'),
  );
