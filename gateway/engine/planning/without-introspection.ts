import { type DocumentNode, Kind, OperationTypeNode, type SelectionSetNode, visit } from 'graphql';
import { pruneOperation } from '../document/prune-operation.ts';
import { isTypename, typenameField } from '../document/typename.ts';
import { metaFields } from '../supergraph/service-field.ts';

/**
 * Removes meta-fields: the engine resolves them from the schema, and the planner only knows an older version of introspection.
 * @returns the same document when it has none
 */
export function withoutIntrospection(document: DocumentNode): DocumentNode {
  let isFound = false;
  const rest = visit(document, {
    [Kind.FIELD]: {
      enter({ name }): null | undefined {
        if (!metaFields.has(name.value)) return undefined;
        isFound = true;
        return null;
      },
    },
    [Kind.SELECTION_SET]: {
      leave: (set: SelectionSetNode) =>
        set.selections.length > 0 ? undefined : { ...set, selections: [typenameField] },
    },
  });
  return isFound ? pruneOperation(rest).document : document;
}

/** Whether a document has only queries that need no request to a subgraph. */
export function needsNoSubgraph(document: DocumentNode): boolean {
  return document.definitions.every(
    (node) =>
      node.kind === Kind.OPERATION_DEFINITION &&
      node.operation === OperationTypeNode.QUERY &&
      node.selectionSet.selections.every(isTypename),
  );
}
