import type { SelectionSetNode } from 'graphql';
import { type Fragments, forEachField } from '../document/fragments.ts';
import { plannedKey, responseKey } from '../document/response-keys.ts';
import type { ErrorPath } from '../errors.ts';

/** A selected field: its key in the client's response, and the selected fields below it. */
interface ClientField {
  readonly key: string;
  readonly sets: SelectionSetNode[];
  below: ClientFields | undefined;
}
type ClientFields = ReadonlyMap<string, ClientField>;

/**
 * Returns a function that turns paths of the fetched data into paths of the client's response. Keys become the client's
 * keys. A path to a field that only the planner selected (a key, a required field) ends at the last field that the client
 * selected. Each level of the selection is read once, since a failed fetch may have one path for each object of the response.
 */
export function clientPaths(
  root: SelectionSetNode,
  fragments: Fragments,
  plannerNames: ReadonlySet<string>,
): (path: ErrorPath) => ErrorPath {
  let top: ClientFields | undefined;
  return (path) => {
    top ??= collectFields([root]);
    let fields = top;
    const result: (string | number)[] = [];
    for (const key of path) {
      if (typeof key === 'number') {
        result.push(key);
        continue;
      }
      const field = fields.get(key);
      if (!field) return result;
      result.push(field.key);
      field.below ??= collectFields(field.sets);
      fields = field.below;
    }
    return result;
  };

  function collectFields(sets: readonly SelectionSetNode[]): ClientFields {
    const fields = new Map<string, ClientField>();
    forEachField(sets, fragments, (field) => {
      const dataKey = plannedKey(field, plannerNames);
      const known = fields.get(dataKey) ?? { key: responseKey(field), sets: [], below: undefined };
      if (field.selectionSet) known.sets.push(field.selectionSet);
      fields.set(dataKey, known);
    });
    return fields;
  }
}
