import { type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';
import type { ErrorPath } from '../errors.ts';
import { plannedKey, responseKey } from '../planning/response-keys.ts';

/**
 * Turns paths of the fetched data into paths of the client's response: keys become the client's, and a path that leads
 * to something only the planner asked for (a key, a required field) ends at the last thing the client selected.
 */
export function clientPaths(
  root: SelectionSetNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  plannerNames: ReadonlySet<string>,
): (path: ErrorPath) => ErrorPath {
  return (path) => {
    const result: (string | number)[] = [];
    let sets: readonly SelectionSetNode[] = [root];
    for (const key of path) {
      if (typeof key === 'number') {
        result.push(key);
        continue;
      }
      const found = sets.flatMap((set) => fieldsIn(set, new Set())).filter((field) => field.dataKey === key);
      if (found.length === 0) return result;
      result.push(found[0]!.key);
      sets = found.flatMap(({ set }) => (set ? [set] : []));
    }
    return result;
  };

  function fieldsIn(
    set: SelectionSetNode,
    visited: Set<string>,
  ): { dataKey: string; key: string; set: SelectionSetNode | undefined }[] {
    return set.selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) {
        const dataKey = plannedKey(selection, plannerNames);
        return [{ dataKey, key: responseKey(selection), set: selection.selectionSet }];
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return fieldsIn(selection.selectionSet, visited);
      const fragment = fragments.get(selection.name.value);
      if (!fragment || visited.has(selection.name.value)) return [];
      visited.add(selection.name.value);
      return fieldsIn(fragment.selectionSet, visited);
    });
  }
}
