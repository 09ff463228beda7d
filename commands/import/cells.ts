import type { TextField } from './mapping-fields.ts';

/** The trimmed cells of one row by the names of their columns. */
export type Cells = ReadonlyMap<string, string>;

/** `{column}` within a template. */
const slot = /\{([^}]+)\}/g;

/** Translated texts of a field's sources in order, without empty texts and those that mean "unknown". */
export function textsOf({ column, columns = [], template, constant, values }: TextField, cells: Cells): string[] {
  const raw = [
    ...(column === undefined ? columns : [column]).map((name) => cells.get(name) ?? ''),
    ...(template === undefined ? [] : [template.replaceAll(slot, (_slot, name: string) => cells.get(name) ?? '')]),
    ...(constant === undefined ? [] : [constant]),
  ];
  const translated = raw.map((text) => (values && Object.hasOwn(values, text) ? values[text] : text));
  return translated.filter((text): text is string => text != null && text !== '');
}

export function textOf(field: TextField | undefined, cells: Cells): string | null {
  return (field && textsOf(field, cells)[0]) ?? null;
}

/** The columns that a mapping uses. */
export function columnsOf(fields: object): Set<string> {
  const found = new Set<string>();
  const visit = (key: string, value: unknown): void => {
    if (key === 'column' && typeof value === 'string') found.add(value);
    else if (key === 'columns' && Array.isArray(value)) for (const column of value) found.add(String(column));
    else if (key === 'template' && typeof value === 'string') {
      for (const [, column = ''] of value.matchAll(slot)) found.add(column);
    } else if (key !== 'values' && typeof value === 'object' && value !== null) {
      for (const [name, part] of Object.entries(value)) visit(name, part);
    }
  };
  visit('', fields);
  return found;
}
