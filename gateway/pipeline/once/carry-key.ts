import { type FieldNode, Kind, type OperationDefinitionNode, type TypeNode } from 'graphql';
import { ownKeyField } from '../../access/documents/once-traits.ts';
import { isRepeatable, rootFields } from '../repeatable.ts';
import type { Checked } from '../stages.ts';

/**
 * Sends the id of a call along as the mutations' own idempotency key, so that their subgraphs make the change once even if the gateway ends
 * before it has stored the response. Only for a mutation whose whole input is a variable of its own. Returns undefined if one is not
 * repeatable in this way, nor by a key of the client.
 */
export function carryKey(checked: Checked, callId: string): Checked | undefined {
  if (isRepeatable(checked)) return checked;
  const { operation, document, generation } = checked;
  const fields = rootFields(operation.selectionSet, document).filter(({ name }) => name.value !== '__typename');
  const inputs = fields.map((field) => inputVariable(field, operation, generation.onceTraits.keyedInputs));
  if (new Set(inputs).size < inputs.length) return undefined;
  const variables: Record<string, unknown> = { ...checked.variables };
  for (const [index, name] of inputs.entries()) {
    const given = name === undefined ? undefined : variables[name];
    if (name === undefined || typeof given !== 'object' || given === null) return undefined;
    variables[name] = { ...given, [ownKeyField]: Reflect.get(given, ownKeyField) ?? `${callId}.${index}` };
  }
  return { ...checked, variables };
}

/** The variable that a field takes as its input, if the type of that input has a key. */
function inputVariable(
  { arguments: args = [] }: FieldNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  keyedInputs: ReadonlySet<string>,
): string | undefined {
  for (const { value } of args) {
    if (value.kind !== Kind.VARIABLE) continue;
    const definition = variableDefinitions.find(({ variable }) => variable.name.value === value.name.value);
    if (definition && keyedInputs.has(typeName(definition.type))) return value.name.value;
  }
  return undefined;
}

/** Empty for lists. */
function typeName(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return typeName(type.type);
  return type.kind === Kind.NAMED_TYPE ? type.name.value : '';
}
