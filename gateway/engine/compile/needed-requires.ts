import type { FetchNode, QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import { isIncluded } from '../respond/select-fields.ts';
import type { SupergraphModel } from '../supergraph/model.ts';
import { fetchDocument, fragmentsOf, operationOf } from './merge-operations.ts';
import type { Conditions } from './plan-steps.ts';

type FieldRequirements = Pick<SupergraphModel, 'requiredBy' | 'keyNames'>;

/**
 * What a fetch needs of its targets when conditional fields are out. The planner asks for what a field requires under the
 * field's own condition, but demands it of every target: `{ code dear @include(if: $no) }` would get no `code` then.
 * @returns undefined when no field of the fetch is in
 */
export function neededRequires(
  fetch: FetchNode,
  conditions: Conditions,
  { requiredBy, keyNames }: FieldRequirements,
): readonly QueryPlanSelectionNode[] | undefined {
  const included = new Map<string, Set<string>>();
  const excluded = new Map<string, Set<string>>();
  let fields = 0;
  const document = fetchDocument(fetch);
  const fragments = new Map(fragmentsOf(document).map((fragment) => [fragment.name.value, fragment]));
  for (const selection of operationOf(document).selectionSet.selections) {
    if (selection.kind === Kind.FIELD && selection.selectionSet) visit(selection.selectionSet, '', true);
  }
  if (fields === 0) return undefined;
  if ([...excluded.values()].every((required) => required.size === 0)) return fetch.requires;
  return needed(fetch.requires ?? [], '');

  function visit(set: SelectionSetNode, type: string, isIn: boolean): void {
    for (const selection of set.selections) {
      const here = isIn && isIncluded(selection.directives, conditions);
      if (selection.kind === Kind.FIELD) {
        if (here) fields++;
        const required = requiredBy.get(`${fetch.serviceName}/${type}.${selection.name.value}`) ?? [];
        const byType = here ? included : excluded;
        byType.set(type, new Set([...(byType.get(type) ?? []), ...required]));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visit(selection.selectionSet, selection.typeCondition?.name.value ?? type, here);
      } else {
        const fragment = fragments.get(selection.name.value);
        if (fragment) visit(fragment.selectionSet, fragment.typeCondition.name.value, here);
      }
    }
  }

  /** The planner nests fragments, on one type even, where fields of an entity stand under several conditions. */
  function needed(selections: readonly QueryPlanSelectionNode[], type: string): QueryPlanSelectionNode[] {
    return selections.flatMap((selection): QueryPlanSelectionNode[] => {
      if (selection.kind === 'Field') return isDroppable(type, selection) ? [] : [selection];
      return [{ ...selection, selections: needed(selection.selections, selection.typeCondition ?? type) }];
    });
  }

  function isDroppable(type: string, field: QueryPlanFieldNode): boolean {
    const key = field.alias ?? field.name;
    const isKey = field.name === '__typename' || keyNames.get(type)?.has(field.name);
    return !isKey && excluded.get(type)?.has(key) === true && included.get(type)?.has(key) !== true;
  }
}
