import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import type { ValueWriter } from './writer.ts';

/** What an introspection field needs of the operation it stands in. */
export interface IntrospectedOperation {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variableDefinitions: readonly VariableDefinitionNode[];
}

/** Answers `__schema` and `__type` from the API schema; an answer that no variable can change is computed once. */
export function introspectionWriter(operation: IntrospectedOperation, node: FieldNode): ValueWriter {
  const { document, usesVariables } = introspectionDocument(operation, node);
  const key = node.alias?.value ?? node.name.value;
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
  const fragments = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  collect(node);
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

  function collect(part: FieldNode | FragmentDefinitionNode): void {
    visit(part, {
      enter(inner) {
        if (inner.kind === Kind.VARIABLE) variables.add(inner.name.value);
        if (inner.kind !== Kind.FRAGMENT_SPREAD) return;
        const fragment = operation.fragments.get(inner.name.value);
        if (!fragment || fragments.has(inner.name.value)) return;
        fragments.set(inner.name.value, fragment);
        collect(fragment);
      },
    });
  }
}
