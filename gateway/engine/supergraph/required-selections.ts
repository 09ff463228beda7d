import type { QueryPlanFieldNode, QueryPlanSelectionNode } from '@apollo/query-planner';
import { Kind, type SelectionSetNode } from 'graphql';
import type { CorrectedSupergraph } from './corrections.ts';

/** Converts a field set to the form of a plan's `requires`. */
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

/** Restores stand-ins in a required selection: `name` becomes the real field, which the subgraph expects, and `alias` is the key in the data. */
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

/** The key of a required field in the data. */
export function requiredKey({ alias, name }: QueryPlanFieldNode): string {
  return alias ?? name;
}

/** The top-level fields of a requirement, each with its key in the data and inside its fragment. */
export function fieldsByKey(selections: readonly QueryPlanSelectionNode[]): [string, QueryPlanSelectionNode][] {
  return selections.flatMap((selection): [string, QueryPlanSelectionNode][] => {
    if (selection.kind === 'Field') return [[requiredKey(selection), selection]];
    return fieldsByKey(selection.selections).map(([key, inner]) => [key, { ...selection, selections: [inner] }]);
  });
}

/** Whether selections have all fields of other selections. Type conditions are ignored. */
export function covers(have: readonly QueryPlanSelectionNode[], wanted: readonly QueryPlanSelectionNode[]): boolean {
  const fields = flattenFields(have);
  return flattenFields(wanted).every(({ name, selections }) => {
    const same = fields.filter((field) => field.name === name);
    const inner = same.flatMap((field) => field.selections ?? []);
    return same.length > 0 && (!selections || covers(inner, selections));
  });
}

function flattenFields(selections: readonly QueryPlanSelectionNode[]): QueryPlanFieldNode[] {
  return selections.flatMap((selection) =>
    selection.kind === 'Field' ? [selection] : flattenFields(selection.selections),
  );
}
