import { type Cells, textsOf } from './cells.ts';
import type { TextField } from './mapping-fields.ts';

/** How the mapping names what the inputs of the graph name otherwise. */
const otherNames: readonly (readonly [RegExp, string])[] = [
  [/^items\.\d+/, 'item'],
  [/^stops\.0/, 'pickup'],
  [/^stops\.1/, 'delivery'],
  [/\.location\b/, ''],
  [/^weightNote$/, 'item.weightKg'],
  [/^freightCostNote$/, 'freightCost'],
];

/** The texts of the cells from which a field of an input was made, as they are in the file. Empty if no cell is at fault. */
export function textAt(fields: object, field: string, cells: Cells): string {
  const path = otherNames.reduce((name, [theirs, ours]) => name.replace(theirs, ours), field);
  let found: unknown = fields;
  for (const name of path.split('.')) {
    const part = partOf(found, name);
    // The amount and the currency of a field are made of one cell, unless the mapping names another.
    if (typeof part !== 'object' && isSource(found)) break;
    found = part;
  }
  return isSource(found) ? textsOf({ ...found, constant: undefined, values: undefined }, cells).join(', ') : '';
}

function partOf(parent: unknown, name: string): unknown {
  return Object.entries(Object(parent)).find(([each]) => each === name)?.[1];
}

function isSource(node: unknown): node is TextField {
  return ['column', 'columns', 'template', 'constant'].some((name) => partOf(node, name) !== undefined);
}
