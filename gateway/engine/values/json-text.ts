/** Above this length one native pass over the string is cheaper than checking each character here: see docs/performance.md, P9. */
const SHORT_STRING = 48;

/** The JSON text of a string. Nearly all strings are short and need no escaping; they avoid the native call. */
export function quote(value: string): string {
  const length = value.length;
  if (length > SHORT_STRING) return JSON.stringify(value);
  for (let index = 0; index < length; index++) {
    const unit = value.charCodeAt(index);
    if (unit < 0x20 || unit === 0x22 || unit === 0x5c || unit > 0xd7ff) return JSON.stringify(value);
  }
  return `"${value}"`;
}

/** The JSON text of any JSON value. */
export function jsonText(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (value === null || value === undefined) return 'null';
  return JSON.stringify(value) ?? 'null';
}
