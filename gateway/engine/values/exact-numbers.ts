declare global {
  /** JSON.parse source text access: in the language since 2025, but not yet in TypeScript's library. */
  interface JSON {
    rawJSON(text: string): ExactNumber;
    isRawJSON(value: unknown): value is ExactNumber;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
  }
}

/** A number that a double can't hold, as it was written in the JSON text. `JSON.stringify` writes it unchanged. */
export interface ExactNumber {
  readonly rawJSON: string;
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return JSON.isRawJSON(value);
}

/**
 * Which numbers of a JSON text are kept exactly: those that a double would round (9007199254740993), or also those beyond its range
 * (1e400). The search for the first kind takes a twelfth of the time of parsing. The search for both takes a quarter, which is too
 * expensive for long responses of subgraphs (see docs/performance.md, P19).
 */
export type Exactness = 'rounded' | 'all';

/** Parses JSON. Numbers that a double can't hold become an `ExactNumber`. @throws SyntaxError */
export function parseJson(bytes: Buffer, exactness: Exactness): unknown {
  const text = bytes.toString('utf8');
  return holdsInexact(bytes, exactness) ? parseExactly(text, exactness) : JSON.parse(text);
}

/** Like `parseJson`, for a text that is known to have such numbers. */
export function parseExactly(text: string, exactness: Exactness): unknown {
  const shortest = shortestInexact[exactness];
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && isInexact(source, shortest) ? JSON.rawJSON(source) : value,
  );
}

/** The length of the shortest number that a double can't hold. The search checks only one byte in this many, and still finds each such number. */
const shortestInexact: Readonly<Record<Exactness, number>> = {
  rounded: '9007199254740993'.length,
  all: '1e400'.length,
};

const isNumeric = makeTable('0123456789.+-eE');
/** The characters that may stand before or after a number in JSON. */
const isBorder = makeTable(':,[]} \n\r\t');
/**
 * The characters that the search stops at. A number that a double would round has at least sixteen digits and points in a row, so the search for
 * such numbers needs no other characters.
 */
const stopsSearch: Readonly<Record<Exactness, Uint8Array>> = { rounded: makeTable('0123456789.'), all: isNumeric };

function makeTable(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}

/** Whether a JSON text has a number that a double can't hold. May give a false positive for a number inside a string. */
export function holdsInexact(bytes: Buffer, exactness: Exactness): boolean {
  const shortest = shortestInexact[exactness];
  const stops = stopsSearch[exactness];
  for (let at = shortest - 1; at < bytes.length; at += shortest) {
    if (stops[bytes[at]!] === 0) continue;
    let start = at;
    while (isNumeric[bytes[start - 1]!] === 1) start--;
    let end = at + 1;
    while (isNumeric[bytes[end]!] === 1) end++;
    const isNumber = end - start >= shortest && isBorder[bytes[start - 1]!] !== 0 && isBorder[bytes[end]!] !== 0;
    if (isNumber && isInexact(bytes.toString('latin1', start, end), shortest)) return true;
    at = end;
  }
  return false;
}

const decimal = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i;

/** Whether a double can't hold the number of this JSON text. */
export function isInexact(source: string, shortest = shortestInexact.all): boolean {
  if (source.length < shortest) return false;
  const double = String(Number(source));
  return double !== source && normalForm(double) !== normalForm(source);
}

/** A text that is equal for equal decimal numbers; undefined when the source isn't a finite number. */
function normalForm(source: string): string | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = decimal.exec(source) ?? [];
  if (sign === undefined) return undefined;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = withoutLastZeros(digits);
  if (significant === '') return '0';
  return `${sign}${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`;
}

/** A loop, because the expression `0+$` takes quadratic time: a number of a million digits would block the process for minutes. */
function withoutLastZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}

/** The value with each `ExactNumber` rounded, for code that only handles doubles. */
export function rounded(value: unknown): unknown {
  if (isExactNumber(value)) return Number(value.rawJSON);
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, rounded(entry)]));
}
