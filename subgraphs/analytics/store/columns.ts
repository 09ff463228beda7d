/** The database's name of a property: revenueCents is revenue_cents. */
export function columnOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** PostgreSQL's text form of an array of UUIDs; the ORM would expand a list into separate parameters. */
export function uuidArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`;
}
