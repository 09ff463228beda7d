import {
  type DocumentNode,
  type FieldNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';
import { ownKeyField } from '../access/documents/once-traits.ts';
import type { Variables } from '../engine/engine.ts';
import type { Checked } from './stages.ts';

/**
 * True if a client may repeat its operation without repeating its effect: for a query, and for a mutation with an idempotency key
 * at each of its root fields (an argument of that name, or a field of an input object).
 */
export function isRepeatable({
  operation,
  document,
  variables,
}: Pick<Checked, 'operation' | 'document' | 'variables'>): boolean {
  if (operation.operation !== 'mutation') return true;
  const given = givenVariables(operation, variables);
  return rootFields(operation.selectionSet, document).every((field) => carriesKey(field, given));
}

function carriesKey({ name, arguments: args = [] }: FieldNode, variables: Variables): boolean {
  if (name.value === '__typename') return true;
  return args.some(({ name: { value: argument }, value: node }) => {
    const value: unknown = valueFromASTUntyped(node, variables);
    if (value == null) return false;
    if (argument === ownKeyField) return true;
    return typeof value === 'object' && ownKeyField in value && value[ownKeyField] != null;
  });
}

/** The fields of a selection set and of its fragments, which may occur several times. */
export function rootFields({ selections }: SelectionSetNode, document: DocumentNode): readonly FieldNode[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection];
    if (selection.kind === Kind.INLINE_FRAGMENT) return rootFields(selection.selectionSet, document);
    const fragment = document.definitions.find(
      (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
    );
    return fragment?.kind === Kind.FRAGMENT_DEFINITION ? rootFields(fragment.selectionSet, document) : [];
  });
}

/** The variables of a request, with the defaults of its operation. */
export function givenVariables(operation: OperationDefinitionNode, variables: Variables): Variables {
  return { ...defaultsOf(operation), ...variables };
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Variables {
  const withDefaults = variableDefinitions.filter(hasDefault);
  return Object.fromEntries(
    withDefaults.map(({ variable, defaultValue }) => [variable.name.value, valueFromASTUntyped(defaultValue)]),
  );
}

function hasDefault<D extends { readonly defaultValue?: ValueNode }>(
  definition: D,
): definition is D & { readonly defaultValue: ValueNode } {
  return definition.defaultValue !== undefined;
}
