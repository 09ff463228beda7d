/** Control characters, which PostgreSQL (U+0000) and readers of logs can do without. */
const control = /\p{Cc}/u;

/** A trimmed text within these lengths and without control characters; undefined otherwise. */
export function plainText(value: string, least: number, most: number): string | undefined {
  const text = value.trim();
  return text.length >= least && text.length <= most && !control.test(text) && text.isWellFormed() ? text : undefined;
}
