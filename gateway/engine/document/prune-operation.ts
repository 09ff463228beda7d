import { type DefinitionNode, type DocumentNode, Kind } from 'graphql';
import { fragmentsByName } from './fragments.ts';
import { findUses } from './uses.ts';

/** Removes the fragments and variables that the operation doesn't use: subgraphs refuse operations with unused declarations. */
export function pruneOperation(document: DocumentNode): { document: DocumentNode; variables: string[] } {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const { fragments, variables } = findUses(
    operations.map((operation) => ({ ...operation, variableDefinitions: [] })),
    fragmentsByName(document),
  );
  const definitions = document.definitions.flatMap((definition): DefinitionNode[] => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) return fragments.has(definition.name.value) ? [definition] : [];
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [definition];
    const variableDefinitions = definition.variableDefinitions?.filter(({ variable }) =>
      variables.has(variable.name.value),
    );
    return [{ ...definition, variableDefinitions }];
  });
  return { document: { kind: Kind.DOCUMENT, definitions }, variables: [...variables] };
}
