import { type DocumentNode, type FieldNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

/** The named fragments of a document, by name. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

export function fragmentsByName({ definitions }: DocumentNode): Fragments {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  return fragments;
}

/** Visits the fields of selection sets and of their fragments, without regard to types and conditions. Visits each named fragment once. */
export function forEachField(
  sets: readonly SelectionSetNode[],
  fragments: Fragments,
  visitField: (field: FieldNode) => void,
): void {
  const visited = new Set<string>();
  for (const set of sets) visitSet(set);

  function visitSet({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        visitField(selection);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        visitSet(selection.selectionSet);
      } else if (!visited.has(selection.name.value)) {
        visited.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment) visitSet(fragment.selectionSet);
      }
    }
  }
}
