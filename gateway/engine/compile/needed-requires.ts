import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { Conditions } from '../document/conditions.ts';
import { fragmentsByName } from '../document/fragments.ts';
import { isIncluded } from '../document/select-fields.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { covers, fieldsByKey, requiredKey } from '../supergraph/required-selections.ts';
import { fetchDocument, operationOf } from './merge-operations.ts';

type FieldRequirements = Pick<SupergraphModel, 'requiredBy' | 'keysOf'>;
/** What the fields of each type require: selections by their key in the data. */
type RequirementsByType = Map<string, Map<string, QueryPlanSelectionNode[]>>;

/**
 * The part of a fetch's `requires` that is needed under known conditions. The planner fetches the requirements of a
 * conditional field under the field's condition, but `requires` always has them. So `{ code price @include(if: $no) }`
 * would get no `code`: its targets lack what `price` requires. This function removes the requirements of excluded fields,
 * and adds again those that included fields have in common with them.
 * @returns undefined when the conditions exclude all fields of the fetch
 */
export function neededRequires(
  fetch: FetchNode,
  conditions: Conditions,
  { requiredBy, keysOf }: FieldRequirements,
): readonly QueryPlanSelectionNode[] | undefined {
  const included: RequirementsByType = new Map();
  const excluded: RequirementsByType = new Map();
  let fields = 0;
  const document = fetchDocument(fetch);
  const fragments = fragmentsByName(document);
  for (const selection of operationOf(document).selectionSet.selections) {
    if (selection.kind === Kind.FIELD && selection.selectionSet) visit(selection.selectionSet, '', true);
  }
  if (fields === 0) return undefined;
  if (excluded.size === 0) return fetch.requires;
  const requires = withoutExcluded(fetch.requires ?? [], '');
  for (const type of excluded.keys()) requires.push(...replacement(type, requires));
  return requires;

  function visit(set: SelectionSetNode, type: string, isParentIncluded: boolean): void {
    for (const selection of set.selections) {
      const here = isParentIncluded && isIncluded(selection.directives, conditions);
      if (selection.kind === Kind.FIELD) {
        if (here) fields++;
        const requirement = requiredBy.get(`${fetch.serviceName}/${type}.${selection.name.value}`);
        if (requirement) add(here ? included : excluded, type, requirement);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet, selection.typeCondition?.name.value ?? type, here);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) visit(fragment.selectionSet, fragment.typeCondition.name.value, here);
      }
    }
  }

  /** Removes the requirements of excluded fields. Fragments may be nested, even on one type, when fields of an entity have several conditions. */
  function withoutExcluded(selections: readonly QueryPlanSelectionNode[], type: string): QueryPlanSelectionNode[] {
    return selections.flatMap((selection): QueryPlanSelectionNode[] => {
      if (selection.kind === 'Field') return excluded.get(type)?.has(requiredKey(selection)) ? [] : [selection];
      return [{ ...selection, selections: withoutExcluded(selection.selections, selection.typeCondition ?? type) }];
    });
  }

  /** The removed selections on a type that included fields require, and the type's key if it was removed too. */
  function replacement(type: string, left: readonly QueryPlanSelectionNode[]): QueryPlanSelectionNode[] {
    const needed = [...(included.get(type) ?? [])].flatMap(([key, selections]) =>
      excluded.get(type)?.has(key) ? selections : [],
    );
    const keys = keysOf.get(`${fetch.serviceName}/${type}`) ?? [];
    const coveredBy = (selections: readonly QueryPlanSelectionNode[]) => (key: readonly QueryPlanSelectionNode[]) =>
      covers(selections, key);
    const lost = keys.some(coveredBy([...onType(left, type), ...needed]))
      ? undefined
      : keys.find(coveredBy(onType(fetch.requires ?? [], type)));
    const selections = [...needed, ...(lost ?? [])];
    return selections.length === 0 ? [] : [{ kind: 'InlineFragment', typeCondition: type, selections }];
  }
}

/** The fields of `requires` directly on a type. */
function onType(requires: readonly QueryPlanSelectionNode[], type: string, within = ''): QueryPlanSelectionNode[] {
  return requires.flatMap((selection) => {
    if (selection.kind === 'Field') return within === type ? [selection] : [];
    return onType(selection.selections, type, selection.typeCondition ?? within);
  });
}

function add(to: RequirementsByType, type: string, requirement: readonly QueryPlanSelectionNode[]): void {
  const selections = to.get(type) ?? new Map<string, QueryPlanSelectionNode[]>();
  for (const [key, selection] of fieldsByKey(requirement)) {
    selections.set(key, [...(selections.get(key) ?? []), selection]);
  }
  to.set(type, selections);
}
