import { type DefinitionNode, type DocumentNode, type FragmentDefinitionNode, Kind, visit } from 'graphql';

/** Drops fragments and variables that the operation no longer uses: subgraphs refuse operations that declare such. */
export function pruneOperation(document: DocumentNode): { document: DocumentNode; variables: string[] } {
  const fragments = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      collect({ ...definition, variableDefinitions: [] });
    }
  }
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) return fragments.has(definition.name.value) ? [definition] : [];
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [definition];
    const variableDefinitions = definition.variableDefinitions?.filter(({ variable }) =>
      variables.has(variable.name.value),
    );
    return [{ ...definition, variableDefinitions }];
  });
  return { document: { kind: Kind.DOCUMENT, definitions }, variables: [...variables] };

  function collect(part: Parameters<typeof visit>[0]): void {
    visit(part, {
      enter(node) {
        if (node.kind === Kind.VARIABLE) variables.add(node.name.value);
        if (node.kind !== Kind.FRAGMENT_SPREAD || fragments.has(node.name.value)) return;
        const fragment = document.definitions.find(
          (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === node.name.value,
        );
        if (fragment?.kind !== Kind.FRAGMENT_DEFINITION) return;
        fragments.set(fragment.name.value, fragment);
        collect(fragment);
      },
    });
  }
}
