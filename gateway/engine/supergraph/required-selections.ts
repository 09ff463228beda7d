import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { CorrectedSupergraph } from './corrections.ts';

/** A field set in the form of a plan's `requires`. */
export function planSelections(set: SelectionSetNode): QueryPlanSelectionNode[] {
  return set.selections.flatMap((selection): QueryPlanSelectionNode[] => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return []; // field sets have none
    const selections = selection.selectionSet ? planSelections(selection.selectionSet) : undefined;
    if (selection.kind === Kind.FIELD) return [{ kind: 'Field', name: selection.name.value, selections }];
    return [
      { kind: 'InlineFragment', typeCondition: selection.typeCondition?.name.value, selections: selections ?? [] },
    ];
  });
}

/** With the key that a stand-in has in the data as `alias`, and the real field's name, under which the subgraph expects the value. */
export function restoreRequired(
  selection: QueryPlanSelectionNode,
  standIns: CorrectedSupergraph['standIns'],
): QueryPlanSelectionNode {
  const selections = selection.selections?.map((inner) => restoreRequired(inner, standIns));
  if (selection.kind === 'InlineFragment') return { ...selection, selections: selections ?? [] };
  const standIn = standIns.get(selection.name);
  const restored = standIn ? { ...selection, alias: selection.name, name: standIn.name } : selection;
  return selections ? { ...restored, selections } : restored;
}

/** The key that a required field has in the data. */
export function requiredKey({ alias, name }: QueryPlanFieldNode): string {
  return alias ?? name;
}

/** Each field at the top of a requirement with its key in the data, still inside of its fragment. */
export function fieldsByKey(selections: readonly QueryPlanSelectionNode[]): [string, QueryPlanSelectionNode][] {
  return selections.flatMap((selection): [string, QueryPlanSelectionNode][] => {
    if (selection.kind === 'Field') return [[requiredKey(selection), selection]];
    return fieldsByKey(selection.selections).map(([key, inner]) => [key, { ...selection, selections: [inner] }]);
  });
}

/** Whether selections have everything that others ask for; a type condition counts as met. */
export function covers(have: readonly QueryPlanSelectionNode[], wanted: readonly QueryPlanSelectionNode[]): boolean {
  const fields = fieldsOf(have);
  return fieldsOf(wanted).every(({ name, selections }) => {
    const same = fields.filter((field) => field.name === name);
    const inner = same.flatMap((field) => field.selections ?? []);
    return same.length > 0 && (!selections || covers(inner, selections));
  });
}

function fieldsOf(selections: readonly QueryPlanSelectionNode[]): QueryPlanFieldNode[] {
  return selections.flatMap((selection) => (selection.kind === 'Field' ? [selection] : fieldsOf(selection.selections)));
}
