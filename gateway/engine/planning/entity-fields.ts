import type { FetchNode } from '@apollo/query-planner';
import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  Kind,
  parse,
  print,
  type SelectionNode,
  type SelectionSetNode,
  stripIgnoredCharacters,
  visit,
} from 'graphql';
import { type Fragments, fragmentsByName } from '../document/fragments.ts';
import { pruneOperation } from '../document/prune-operation.ts';

/**
 * Parses the operation of a fetch, and inlines the named fragments directly on entities. In `_entities { ...F } fragment F on Type { field }`, the same
 * fragment may also be spread below other fields, where its fields are no entity fields.
 */
export function parseEntityFetch({ operation }: FetchNode): DocumentNode {
  const document = parse(operation, { noLocation: true });
  const fragments = fragmentsByName(document);
  if (fragments.size === 0) return document;
  const written = visit(document, {
    FragmentDefinition: () => false,
    Field: (field) => {
      if (field.name.value !== '_entities' || !field.selectionSet) return undefined;
      return { ...field, selectionSet: withoutSpreads(field.selectionSet, fragments) };
    },
  });
  return pruneOperation(written).document;
}

/** A selection set with its named fragments inlined, except for those inside fields. */
function withoutSpreads({ selections, ...set }: SelectionSetNode, fragments: Fragments): SelectionSetNode {
  const written = selections.map((selection): SelectionNode => {
    if (selection.kind === Kind.FIELD) return selection;
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment) return selection;
    return {
      kind: Kind.INLINE_FRAGMENT,
      typeCondition: fragment.typeCondition,
      directives: selection.directives,
      // Callers identify fields by their nodes, so each place needs its own copies.
      selectionSet: withoutSpreads(structuredClone(fragment.selectionSet), fragments),
    };
  });
  return { ...set, selections: written };
}

/**
 * Visits the fields directly on entities: `_entities { ... on Type { field } }`.
 * @param document of `parseEntityFetch`
 * @param visitField also gets the directives of the field and of the fragments that contain it
 */
export function forEachEntityField(
  document: DocumentNode,
  visitField: (type: string, field: FieldNode, directives: readonly DirectiveNode[]) => void,
): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const selection of definition.selectionSet.selections) {
      if (selection.kind !== Kind.FIELD || selection.name.value !== '_entities') continue;
      visitSet(selection.selectionSet!, '', []); // `_entities` has one
    }
  }

  function visitSet(set: SelectionSetNode, type: string, above: readonly DirectiveNode[]): void {
    for (const selection of set.selections) {
      const directives = [...above, ...(selection.directives ?? [])];
      if (selection.kind === Kind.FIELD) visitField(type, selection, directives);
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        visitSet(selection.selectionSet, selection.typeCondition?.name.value ?? type, directives);
      }
    }
  }
}

/**
 * Keeps only some of the fields directly on entities. Removes fragments and variables that become unused.
 * @param document of `parseEntityFetch`
 */
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
