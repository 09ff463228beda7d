/** The database's name of a property: revenueCents is revenue_cents. */
export function columnOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * PostgreSQL's text form of an array of UUIDs, days, instants or numbers; the ORM would expand a list into separate
 * parameters.
 */
export function arrayLiteral(values: readonly (string | number | null)[]): string {
  return `{${values.map((value) => value ?? 'null').join(',')}}`;
}
