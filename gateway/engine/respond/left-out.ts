import { type FieldNode, Kind, type SelectionSetNode } from 'graphql';
import { plannedKey } from '../document/response-keys.ts';
import { isIncluded, type SelectionContext } from '../document/select-fields.ts';
import type { ErrorPath } from '../errors.ts';

/** The client's fields by their keys in the fetched data, under known values of the conditions. */
type ConditionalFields = ReadonlyMap<string, ConditionalField>;
interface ConditionalField {
  isIncluded: boolean;
  readonly sets: ConditionalSet[];
  below: ConditionalFields | undefined;
}
interface ConditionalSet {
  readonly set: SelectionSetNode;
  readonly isIncluded: boolean;
}

/**
 * Returns a test whether a path of the fetched data leads to a field that the client selected, but that its conditions exclude. The plan may fetch
 * such a field anyway. Names that the planner may need for itself never count as left out.
 */
export function leftOutPaths(
  root: SelectionSetNode,
  { fragments, conditions }: Pick<SelectionContext, 'fragments' | 'conditions'>,
  plannerNames: ReadonlySet<string>,
): (path: ErrorPath) => boolean {
  let top: ConditionalFields | undefined;
  return (path) => {
    top ??= collectFields([{ set: root, isIncluded: true }]);
    let fields = top;
    for (const key of path) {
      if (typeof key === 'number') continue;
      const field = fields.get(key);
      if (!field) return false;
      if (!field.isIncluded) return !plannerNames.has(key);
      field.below ??= collectFields(field.sets);
      fields = field.below;
    }
    return false;
  };

  function collectFields(sets: readonly ConditionalSet[]): ConditionalFields {
    const fields = new Map<string, ConditionalField>();
    const visited = { true: new Set<string>(), false: new Set<string>() };
    for (const set of sets) collect(set);
    return fields;

    function collect({ set, isIncluded: isSetIncluded }: ConditionalSet): void {
      for (const selection of set.selections) {
        const included = isSetIncluded && isIncluded(selection.directives, conditions);
        if (selection.kind === Kind.FIELD) {
          add(selection, included);
        } else if (selection.kind === Kind.INLINE_FRAGMENT) {
          collect({ set: selection.selectionSet, isIncluded: included });
        } else {
          const { value: name } = selection.name;
          const fragment = fragments.get(name);
          const seen = visited[`${included}`];
          if (!fragment || seen.has(name)) continue;
          seen.add(name);
          collect({ set: fragment.selectionSet, isIncluded: included });
        }
      }
    }

    function add(node: FieldNode, included: boolean): void {
      const key = plannedKey(node, plannerNames);
      const field = fields.get(key) ?? { isIncluded: false, sets: [], below: undefined };
      fields.set(key, field);
      field.isIncluded ||= included;
      if (node.selectionSet) field.sets.push({ set: node.selectionSet, isIncluded: included });
    }
  }
}
