/** One field that a change gave another value. Values are texts, as people read them; null for a field without a value. */
export interface FieldChange {
  /** Path of the field, such as `stops.1.city`. */
  readonly field: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Changes of these fields correct a shipment, but it stays the same load: neither its price nor what was agreed changes. */
const besideTheLoad: ReadonlySet<string> = new Set([
  'notes',
  'customerReference',
  'description',
  'contactName',
  'contactPhone',
  'timeZone',
]);

/** True if the fields make another load: other equipment, stops, windows or goods. Offers for the load before are void. */
export function changesLoad(fields: readonly FieldChange[]): boolean {
  return fields.some(({ field }) => !besideTheLoad.has(field.slice(field.lastIndexOf('.') + 1)));
}

type Value = string | number | boolean | Date | null | undefined;
export type Facts = Readonly<Record<string, Value | readonly Readonly<Record<string, Value>>[]>>;

/** Finds the fields of `after` that differ from `before`. Lists are compared entry by entry. */
export function findDifferences(before: Facts, after: Facts): FieldChange[] {
  const old = flatten(before);
  const present = flatten(after);
  const names = new Set([...old.keys(), ...present.keys()]);
  return [...names]
    .map((field) => ({ field, before: old.get(field) ?? null, after: present.get(field) ?? null }))
    .filter((change) => change.before !== change.after);
}

function flatten(facts: Facts): Map<string, string> {
  const texts = new Map<string, string>();
  const add = (field: string, value: Value) => {
    if (value == null) return;
    texts.set(field, value instanceof Date ? value.toISOString() : String(value));
  };
  for (const [name, value] of Object.entries(facts)) {
    if (!Array.isArray(value))
      add(name, value as Value); // `isArray` does not narrow a read-only array
    else for (const [index, entry] of value.entries()) addEntry(`${name}.${index}`, entry, add);
  }
  return texts;
}

function addEntry(
  path: string,
  entry: Readonly<Record<string, Value>>,
  add: (field: string, value: Value) => void,
): void {
  for (const [name, value] of Object.entries(entry)) add(`${path}.${name}`, value);
}

/** Most entries that a reader gets of one change. The shortest summary fits: the fields, 25 stops, and the items together. */
const maxEntries = 50;

/** True if a change has so many fields that a reader gets entries that summarize stops and items. */
export function isSummarized(fields: readonly FieldChange[]): boolean {
  return fields.length > maxEntries;
}

/**
 * The fields of a change. Of a large one, an entry such as `stops.7` for each stop and item, with all its values; if those are
 * too many, one entry for all items.
 */
export function summarize(fields: readonly FieldChange[]): readonly FieldChange[] {
  if (!isSummarized(fields)) return fields;
  const byPart = groupBy(fields, ({ field }) => field.split('.', 2).join('.'));
  if (byPart.length <= maxEntries) return byPart;
  return groupBy(fields, ({ field }) => (field.startsWith('items.') ? 'items' : field.split('.', 2).join('.')));
}

function groupBy(fields: readonly FieldChange[], pathOf: (change: FieldChange) => string): FieldChange[] {
  return [...Map.groupBy(fields, pathOf)].map(([field, own]) => ({
    field,
    before: listValues(field, own, 'before'),
    after: listValues(field, own, 'after'),
  }));
}

function listValues(path: string, fields: readonly FieldChange[], side: 'before' | 'after'): string | null {
  const texts = fields.flatMap(({ field, [side]: value }) => {
    if (value === null) return [];
    return field === path ? [value] : [`${field.slice(path.length + 1)}: ${value}`];
  });
  return texts.length === 0 ? null : texts.join('; ');
}
