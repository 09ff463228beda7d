/** Full-width forms of ASCII, which Japanese and Chinese keyboards write. */
const fullWidth = /[\uff01-\uff5e\uffe0-\uffe6]/g;
const digit = /\p{Nd}/gu;

/**
 * Writes full-width characters and the decimal digits of each script as ASCII: `１２` and `١٢` are 12. A text with digits of
 * several other scripts stays as it is, because it is no number.
 */
export function withPlainDigits(text: string): string {
  const narrow = text.replaceAll(fullWidth, (character) => character.normalize('NFKC'));
  const zeros = new Set(narrow.match(digit)?.map(zeroOf));
  if (zeros.size > 1) return text;
  return narrow.replaceAll(digit, (character) => String(codeOf(character) - zeroOf(character)));
}

/** The code of the zero of a digit's script. In Unicode the ten digits of a script are together, in order. */
function zeroOf(character: string): number {
  const code = codeOf(character);
  let first = code;
  // The digits of another script may stand directly before.
  while (isDigit(first - 1)) first -= 1;
  return code - ((code - first) % 10);
}

function isDigit(code: number): boolean {
  return /^\p{Nd}$/u.test(String.fromCodePoint(code));
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
