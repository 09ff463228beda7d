/** The text of a statement without values, parameters and layout, so that texts of PostgreSQL and of traces are equal. */
export function normalText(text: string): string {
  return text
    .replace(/\s*\/\*.*?\*\/\s*/gs, ' ')
    .replace(/'(?:[^']|'')*'|\$\d+|\b\d+(?:\.\d+)?\b/g, '?')
    .replace(/\s+/g, ' ')
    .replace(/\?(?:, ?\?)+/g, '?')
    .trim()
    .toLowerCase();
}
