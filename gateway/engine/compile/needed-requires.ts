import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { Conditions } from '../document/conditions.ts';
import { fragmentsByName } from '../document/fragments.ts';
import { isIncluded } from '../document/select-fields.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { covers, fieldsByKey, requiredKey } from '../supergraph/required-selections.ts';
import { fetchDocument, operationOf } from './merge-operations.ts';

type FieldRequirements = Pick<SupergraphModel, 'requiredBy' | 'keysOf'>;
/** What the fields on a type require: selections by their key in the data. */
type RequirementsByType = Map<string, Map<string, QueryPlanSelectionNode[]>>;

/**
 * What a fetch needs of its targets when conditional fields are out. The planner asks for what a field requires under the
 * field's own condition, but demands it of every target: `{ code dear @include(if: $no) }` would get no `code` then.
 * What a field that is out shares with others, in whole or in parts, is made anew from what the others require.
 * @returns undefined when no field of the fetch is in
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

  function visit(set: SelectionSetNode, type: string, isIn: boolean): void {
    for (const selection of set.selections) {
      const here = isIn && isIncluded(selection.directives, conditions);
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

  /** The planner nests fragments, on one type even, where fields of an entity stand under several conditions. */
  function withoutExcluded(selections: readonly QueryPlanSelectionNode[], type: string): QueryPlanSelectionNode[] {
    return selections.flatMap((selection): QueryPlanSelectionNode[] => {
      if (selection.kind === 'Field') return excluded.get(type)?.has(requiredKey(selection)) ? [] : [selection];
      return [{ ...selection, selections: withoutExcluded(selection.selections, selection.typeCondition ?? type) }];
    });
  }

  /** What the fields that are in require of what was taken out for a type, and the key if it was taken out too. */
  function replacement(type: string, left: readonly QueryPlanSelectionNode[]): QueryPlanSelectionNode[] {
    const needed = [...(included.get(type) ?? [])].flatMap(([key, selections]) =>
      excluded.get(type)?.has(key) ? selections : [],
    );
    const keys = keysOf.get(`${fetch.serviceName}/${type}`) ?? [];
    const isIn = (selections: readonly QueryPlanSelectionNode[]) => (key: readonly QueryPlanSelectionNode[]) =>
      covers(selections, key);
    const lost = keys.some(isIn([...onType(left, type), ...needed]))
      ? undefined
      : keys.find(isIn(onType(fetch.requires ?? [], type)));
    const selections = [...needed, ...(lost ?? [])];
    return selections.length === 0 ? [] : [{ kind: 'InlineFragment', typeCondition: type, selections }];
  }
}

/** The fields that requirements have directly on a type. */
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
