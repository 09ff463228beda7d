import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Fragments } from '../document/fragments.ts';
import { responseKey } from '../document/response-keys.ts';
import { findUses } from '../document/uses.ts';
import type { ValueWriter } from './writer.ts';

/** The parts of an operation that its introspection fields need. */
export interface IntrospectedOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: Fragments;
  readonly variableDefinitions: readonly VariableDefinitionNode[];
}

/** Writes the meta-fields (`__schema`, `__type`, `__service`) from the API schema. A result that doesn't depend on variables is computed once. */
export function introspectionWriter(operation: IntrospectedOperation, node: FieldNode): ValueWriter {
  const { document, usesVariables } = introspectionDocument(operation, node);
  const key = responseKey(node);
  let constant: string | undefined;
  return (_value, context) => {
    if (constant !== undefined) return constant;
    const result = executeSync({ schema: operation.schema, document, variableValues: context.variables });
    for (const error of result.errors ?? []) context.add(error.message, key);
    const text = JSON.stringify(result.data?.[key] ?? null);
    if (!usesVariables) constant = text;
    return text;
  };
}

function introspectionDocument(
  operation: IntrospectedOperation,
  node: FieldNode,
): { document: DocumentNode; usesVariables: boolean } {
  const { fragments, variables } = findUses([node], operation.fragments);
  const variableDefinitions = operation.variableDefinitions.filter((definition) =>
    variables.has(definition.variable.name.value),
  );
  const definition = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions,
    selectionSet: { kind: Kind.SELECTION_SET, selections: [node] },
  } as const;
  const document = { kind: Kind.DOCUMENT, definitions: [definition, ...fragments.values()] } as const;
  return { document, usesVariables: variableDefinitions.length > 0 };
}
