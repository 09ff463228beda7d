import type { SelectionSetNode } from 'graphql';
import { type Fragments, forEachField } from '../document/fragments.ts';
import { plannedKey, responseKey } from '../document/response-keys.ts';
import type { ErrorPath } from '../errors.ts';

/** A field of the fetched data that the client selected: its key in the client's response, and the fields below it. */
interface ClientField {
  readonly key: string;
  readonly sets: SelectionSetNode[];
  below: ClientFields | undefined;
}
type ClientFields = ReadonlyMap<string, ClientField>;

/**
 * Turns paths of the fetched data into paths of the client's response: keys become the client's, and a path that leads
 * to something only the planner asked for (a key, a required field) ends at the last thing the client selected. The
 * selection is read once per level: a subgraph that fails has as many paths as the response has objects.
 */
export function clientPaths(
  root: SelectionSetNode,
  fragments: Fragments,
  plannerNames: ReadonlySet<string>,
): (path: ErrorPath) => ErrorPath {
  let top: ClientFields | undefined;
  return (path) => {
    top ??= fieldsOf([root]);
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
      field.below ??= fieldsOf(field.sets);
      fields = field.below;
    }
    return result;
  };

  function fieldsOf(sets: readonly SelectionSetNode[]): ClientFields {
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
