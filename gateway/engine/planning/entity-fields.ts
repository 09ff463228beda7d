import type { FetchNode } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { pruneOperation } from './prune-operation.ts';

/**
 * Visits the fields directly on entities: `_entities { ... on Type { field } }`, through named fragments too.
 * @param visitField also gets the directives of the field and of the fragments that it stands in
 */
export function forEachEntityField(
  document: DocumentNode,
  visitField: (type: string, field: FieldNode, directives: readonly DirectiveNode[]) => void,
): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD || selection.name.value !== '_entities') continue;
      visitSet(selection.selectionSet!, '', []);
    }
  }

  function visitSet(set: SelectionSetNode, type: string, above: readonly DirectiveNode[]): void {
    for (const selection of set.selections) {
      const directives = [...above, ...(selection.directives ?? [])];
      if (selection.kind === Kind.FIELD) visitField(type, selection, directives);
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visitSet(selection.selectionSet, selection.typeCondition?.name.value ?? type, directives);
      }
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue;
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        visitSet(fragment.selectionSet, fragment.typeCondition.name.value, directives);
    }
  }
}

/** The fetch with only some of the fields directly on entities, and without fragments and variables that are left unused. */
export function withEntityFields(
  fetch: FetchNode,
  document: DocumentNode,
  keep: (field: FieldNode) => boolean,
): FetchNode {
  const entityFields = new Set<SelectionNode>();
  forEachEntityField(document, (_type, field) => entityFields.add(field));
  const kept = visit(document, {
    Field: { enter: (field) => (entityFields.has(field) && !keep(field) ? null : undefined) },
    InlineFragment: { leave: (fragment) => (fragment.selectionSet.selections.length === 0 ? null : undefined) },
  });
  const pruned = pruneOperation(kept);
  const variableUsages = pruned.variables.filter((name) => name !== 'representations');
  return { ...fetch, operation: stripIgnoredCharacters(print(pruned.document)), variableUsages };
}
